//! QR codes as paths of SVG.

use std::fmt::Write;

use latchkey_types::QrPath;
use qrcodegen::{QrCode, QrCodeEcc};

/// Modules of white around a code (ISO/IEC 18004, 5.3.8).
const BORDER: i32 = 4;

/// Draws a text as a QR code: one path, with one unit per module.
pub fn path(text: &str) -> anyhow::Result<QrPath> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)
        .map_err(|error| anyhow::anyhow!("the text does not fit into a QR code: {error}"))?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            write!(path, "M{},{}h1v1h-1z", x + BORDER, y + BORDER)?;
        }
    }
    Ok(QrPath { size: u32::try_from(code.size() + 2 * BORDER)?, path })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_a_white_border() {
        let code = path("otpauth://totp/Latchkey:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Latchkey").unwrap();
        assert!(code.size >= 21 + 8);
        // The three corners with a finder pattern begin after the border.
        assert!(code.path.starts_with("M4,4h1v1h-1z"), "{}", code.path);
        assert!(!code.path.contains("M3,") && !code.path.contains(",3h"));
        assert!(path(&"x".repeat(5_000)).is_err());
    }
}
