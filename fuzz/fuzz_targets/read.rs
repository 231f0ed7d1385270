//! Any bytes are read without a panic, and what is read is written and read again.
#![no_main]

use canaryform_fuzz::read::holds;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| holds(data));
