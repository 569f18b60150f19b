#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| opsmith_fuzz::runtime::catalog(bytes));
