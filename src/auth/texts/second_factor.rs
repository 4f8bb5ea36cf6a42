//! Texts about the second factor.

#![expect(missing_docs, reason = "the texts are their own documentation")]

pub const SECOND_STEP: &str = "Enter your code";
pub const SECOND_STEP_LEAD: &str = "Your password is right. Now open your authenticator app.";
pub const CODE: &str = "Code";
pub const CODE_HINT: &str = "The six digits that the app shows now.";
pub const USE_RECOVERY_CODE: &str = "I don't have the app at hand";
pub const RECOVERY_CODE: &str = "Recovery code";
pub const RECOVERY_CODE_HINT: &str = "One of the codes that you saved when you set up the app. Each works once.";
pub const START_OVER: &str = "Log in with another account";

pub const SECOND_FACTOR: &str = "Second factor";
pub const SECOND_FACTOR_LEAD: &str =
    "With a second factor, a login needs your password and a code from an app on your phone.";
pub const SECOND_FACTOR_REQUIRED: &str = "Your account must have one. Set it up to continue.";
pub const SECOND_FACTOR_MANAGE: &str = "Set up or change";
pub const SECOND_FACTOR_OFF: &str = "No app is set up. Any authenticator app will do.";
pub const SECOND_FACTOR_ON: &str = "An authenticator app is set up.";
pub const SET_UP: &str = "Set up an app";
pub const SETTING_UP: &str = "Setting up…";
pub const SCAN: &str = "Scan this code with your authenticator app.";
pub const QR_CODE: &str = "QR code for the authenticator app";
pub const TYPE_SECRET: &str = "Or type this secret into it:";
pub const OPEN_APP: &str = "Open the app on this device";
pub const TURN_ON: &str = "Turn on";
pub const TURNING_ON: &str = "Turning on…";
pub const RECOVERY_CODES: &str = "Your recovery codes";
pub const RECOVERY_CODES_LEAD: &str = "If you lose the app, each of these codes logs you in once. Print them, or keep them in a password manager. We show \
     them only now.";
pub const CODES_SAVED: &str = "I have saved them";
pub const HIDING: &str = "Hiding…";
pub const FEW_CODES_LEFT: &str = "Few recovery codes are left. Get new ones before you need them.";
pub const RENEW_CODES: &str = "Get new recovery codes";
pub const RENEWING: &str = "Getting new ones…";
pub const TURN_OFF: &str = "Turn off";
pub const TURNING_OFF: &str = "Turning off…";
pub const BACK_TO_ACCOUNT: &str = "Back to your account";

/// How many recovery codes are left.
#[must_use]
pub fn codes_left(count: u64) -> String {
    match count {
        0 => "No recovery code is left.".to_owned(),
        1 => "One recovery code is left.".to_owned(),
        count => format!("{count} recovery codes are left."),
    }
}
pub const DOWNLOAD_CODES: &str = "Download them as a text file";
pub const TRUST_DEVICE: &str = "Trust this device for 30 days";
pub const TRUSTED_DEVICES: &str = "Trusted devices";
pub const TRUSTED_DEVICES_LEAD: &str = "A login on these devices needs no code.";
pub const TRUSTED_UNTIL: &str = "Trusted until";
pub const DISTRUST: &str = "Stop trusting";
pub const USE_CODE: &str = "Use the code";
pub const CONFIRM_BY_CODE: &str = "Use a code of your app instead";
