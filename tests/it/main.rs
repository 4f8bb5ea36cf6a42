//! Tests through public interfaces: the router in process, the program as a process, the files of the project.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by them")]
#![expect(unreachable_pub, reason = "the support is used by every module")]

#[macro_use]
mod support;

mod account;
mod accounts;
mod admin;
mod api;
mod audit;
mod authorization;
mod cleanup;
mod commands;
mod database;
mod documents;
mod extension;
mod flows;
mod headers;
mod http;
mod import;
mod layering;
mod mail_queue;
mod mail_tokens;
mod manifest;
mod names;
mod observability;
mod operator;
mod pages;
mod passkeys;
mod passwords;
mod properties;
mod race;
mod registration;
mod rename;
mod rotation;
mod second_factor;
mod security_table;
mod session;
mod settings;
mod start;
mod store;
mod sudo;
mod theme;
mod throttle;
mod tokens;
