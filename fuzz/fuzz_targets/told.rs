//! What is told of a changed fixture, and of its change.
#![no_main]

use canaryform_fuzz::told::holds;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| holds(data));
