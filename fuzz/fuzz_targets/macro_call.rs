//! Any request to the macro gets a response.
#![no_main]

use canaryform_fuzz::macro_call::holds;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| holds(data));
