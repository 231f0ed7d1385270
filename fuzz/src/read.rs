//! Reading and writing.

use canaryform::{Format, read, write};

/// Bytes are a template or have faults with places; a template is the same when it is written and read again.
pub fn holds(data: &[u8]) {
    match read(data) {
        Ok(input) => {
            for format in [Format::Yaml, Format::Json] {
                let text = write(&input.template, format);
                let again = read(text.as_bytes())
                    .unwrap_or_else(|faults| panic!("not read again: {faults:?}\n{text}"));
                assert!(
                    again.template == input.template,
                    "read otherwise again\n{text}"
                );
            }
        }
        Err(faults) => {
            assert!(!faults.is_empty(), "refused without a fault");
            let mut faults = faults.0;
            canaryform::template::place(&mut faults, data);
        }
    }
}
