//! The executable: see `latchkey --help`.

/// A page is thousands of small allocations. Also gives the large blocks of password hashes back to the system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    latchkey::server::run()
}
