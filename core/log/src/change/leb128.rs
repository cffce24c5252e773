//! Numbers as Automerge writes them: LEB128, and a reader over the bytes of a chunk.
//!
//! Seven bits to a byte, low ones first, the top bit set on all but the last. Many byte strings would
//! stand for one number; only the shortest is read, or one change could be written in many ways.

use super::ChangeError;

const MORE: u8 = 0x80;
const SIGN: u8 = 0x40;
const BITS: u8 = 0x7f;
/// Where the bits of the tenth and last byte of a 64-bit number go.
const LAST_SHIFT: u32 = 63;

pub(super) fn write_unsigned(mut value: u64, into: &mut Vec<u8>) {
    while value > u64::from(BITS) {
        into.push(value.to_le_bytes()[0] | MORE);
        value >>= 7;
    }
    into.push(value.to_le_bytes()[0]);
}

pub(super) fn write_signed(mut value: i64, into: &mut Vec<u8>) {
    while !(-64..64).contains(&value) {
        into.push(value.to_le_bytes()[0] | MORE);
        value >>= 7;
    }
    into.push(value.to_le_bytes()[0] & BITS);
}

/// How many bytes [`write_unsigned`] writes.
pub(super) fn unsigned_bytes(value: u64) -> usize {
    let mut bytes = 1;
    let mut rest = value >> 7;
    while rest > 0 {
        bytes += 1;
        rest >>= 7;
    }
    bytes
}

/// The unread end of a chunk.
pub(super) struct Reader<'a> {
    all_bytes: usize,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            all_bytes: bytes.len(),
            rest: bytes,
        }
    }

    pub(super) fn rest_bytes(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn byte(&mut self) -> Result<u8, ChangeError> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], ChangeError> {
        let Some((array, rest)) = self.rest.split_first_chunk::<N>() else {
            return Err(self.truncated());
        };
        self.rest = rest;
        Ok(*array)
    }

    pub(super) fn take(&mut self, bytes: u64) -> Result<&'a [u8], ChangeError> {
        let count = usize::try_from(bytes).map_err(|_| self.truncated())?;
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(self.truncated());
        };
        self.rest = rest;
        Ok(taken)
    }

    /// Passes over bytes that are the same in every change of our shape.
    pub(super) fn expect(&mut self, fixed: &[u8]) -> Result<(), ChangeError> {
        if let Some(rest) = self.rest.strip_prefix(fixed) {
            self.rest = rest;
            return Ok(());
        }
        if fixed.starts_with(self.rest) {
            return Err(self.truncated());
        }
        Err(ChangeError::Shape {
            offset: self.offset(),
        })
    }

    pub(super) fn unsigned(&mut self) -> Result<u64, ChangeError> {
        let offset = self.offset();
        let mut value = 0;
        for shift in (0..=LAST_SHIFT).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & BITS) << shift;
            if shift == LAST_SHIFT && byte > 1 {
                break;
            }
            if byte & MORE == 0 {
                let overlong = byte == 0 && shift > 0;
                return if overlong {
                    Err(ChangeError::Number { offset })
                } else {
                    Ok(value)
                };
            }
        }
        Err(ChangeError::Number { offset })
    }

    pub(super) fn signed(&mut self) -> Result<i64, ChangeError> {
        let offset = self.offset();
        let mut bits = 0_u64;
        let mut before = None;
        for shift in (0..=LAST_SHIFT).step_by(7) {
            let byte = self.byte()?;
            bits |= u64::from(byte & BITS) << shift;
            if shift == LAST_SHIFT && byte != 0 && byte != BITS {
                break;
            }
            if byte & MORE == 0 {
                // A last byte that only repeats the sign of the one before it could be left out.
                let needed = before.is_none_or(|before: u8| match byte {
                    0 => before & SIGN != 0,
                    BITS => before & SIGN == 0,
                    _ => true,
                });
                if !needed {
                    break;
                }
                if byte & SIGN != 0 && shift < LAST_SHIFT {
                    bits |= u64::MAX << (shift + 7);
                }
                return Ok(bits.cast_signed());
            }
            before = Some(byte);
        }
        Err(ChangeError::Number { offset })
    }

    fn offset(&self) -> usize {
        self.all_bytes - self.rest.len()
    }

    fn truncated(&self) -> ChangeError {
        ChangeError::Truncated {
            offset: self.all_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_unsigned(bytes: &[u8]) -> Result<u64, ChangeError> {
        Reader::new(bytes).unsigned()
    }

    fn read_signed(bytes: &[u8]) -> Result<i64, ChangeError> {
        Reader::new(bytes).signed()
    }

    #[test]
    fn numbers_at_every_width_are_read_as_written() {
        for shift in 0..64 {
            for near in [0_u64, 1, u64::MAX] {
                let value = (1_u64 << shift).wrapping_add(near);
                let mut bytes = Vec::new();
                write_unsigned(value, &mut bytes);
                assert_eq!(bytes.len(), unsigned_bytes(value), "{value}");
                assert_eq!(read_unsigned(&bytes), Ok(value));

                for signed in [value.cast_signed(), value.cast_signed().wrapping_neg()] {
                    bytes.clear();
                    write_signed(signed, &mut bytes);
                    assert_eq!(read_signed(&bytes), Ok(signed), "{bytes:02x?}");
                }
            }
        }
    }

    #[test]
    fn numbers_longer_than_need_be_or_than_64_bits_are_refused() {
        let wrong = Err(ChangeError::Number { offset: 0 });
        let nine = [0xff; 9];
        let with_last = |last: &[u8]| [&nine[..], last].concat();
        for bytes in [
            vec![0x81, 0],
            vec![0x80, 0],
            with_last(&[2]),
            with_last(&[0x81, 0]),
        ] {
            assert_eq!(read_unsigned(&bytes), wrong, "{bytes:02x?}");
        }
        let short_signed = [vec![0x80, 0], vec![0xbf, 0], vec![0xff, 0x7f]];
        let long_signed = [
            with_last(&[1]),
            with_last(&[0x7e]),
            with_last(&[0xff, 0x7f]),
        ];
        for bytes in short_signed.into_iter().chain(long_signed) {
            assert_eq!(
                read_signed(&bytes).map(i128::from),
                wrong.clone().map(i128::from),
                "{bytes:02x?}"
            );
        }
        assert_eq!(
            read_unsigned(&[0x80]),
            Err(ChangeError::Truncated { offset: 1 })
        );
        assert_eq!(read_signed(&[]), Err(ChangeError::Truncated { offset: 0 }));
    }
}
