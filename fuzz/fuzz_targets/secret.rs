//! A template with a secret in place of one of its values.
#![no_main]

use canaryform_fuzz::secret::holds;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| holds(data));
