//! Every test through public doors: the router in process, the program as a process, the files of the project.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by them")]
#![expect(clippy::needless_pass_by_value, reason = "a test owns its application")]

#[macro_use]
mod support;

mod commands;
mod http;
mod layering;
mod manifest;
mod pages;
mod registration;
mod rotation;
mod session;
mod store;
mod tokens;
