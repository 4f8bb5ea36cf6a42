//! The executable: see `latchkey --help`.

fn main() -> std::process::ExitCode {
    latchkey::server::run()
}
