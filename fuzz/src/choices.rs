//! Bytes as a row of choices, so that a fuzzer that changes bytes changes what is chosen.

/// The choices that bytes make; behind their end each is made by a generator that they start.
pub struct Choices<'d> {
    data: &'d [u8],
    state: u64,
}

impl<'d> Choices<'d> {
    pub fn new(data: &'d [u8]) -> Self {
        let state = data.iter().fold(0xcbf2_9ce4_8422_2325, |state, byte| {
            (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self {
            data,
            state: state | 1,
        }
    }

    /// A number below `count`, or 0.
    pub fn below(&mut self, count: usize) -> usize {
        let number = match self.data {
            [high, low, rest @ ..] => {
                self.data = rest;
                usize::from(*high) << 8 | usize::from(*low)
            }
            _ => {
                self.state ^= self.state << 13;
                self.state ^= self.state >> 7;
                self.state ^= self.state << 17;
                (self.state >> 16) as usize
            }
        };
        number % count.max(1)
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn one<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }
}
