//! A frame: one message on the wire. `version ‖ zstd(CBOR)`, bounded before allocation when unpacked.

use minicbor::{Decode, Encode};

/// The protocol that this version speaks.
pub const VERSION: u8 = 1;
/// Largest unpacked frame that phones send.
pub const FRAME_BYTES_MAX: usize = 256 * 1024;
/// Largest unpacked frame that is read: one entry of the largest allowed size more than a frame that is filled up.
pub const UNPACKED_BYTES_MAX: usize = 512 * 1024;

const LEVEL: i32 = 3;

/// How large the next frame may be: doubles with success, halves after a cut, and goes above what was cut only slowly,
/// so that a link that dies every 64 KB loses little more than a small frame each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameSize {
    bytes: usize,
    ceiling: usize,
    least: usize,
    most: usize,
}

/// What the ceiling gains with each frame that gets through.
const CEILING_GAIN: usize = 1_024;

impl FrameSize {
    /// Begins at `start` and stays between `least` and `most`.
    #[must_use]
    pub const fn new(start: usize, least: usize, most: usize) -> Self {
        Self { bytes: start, ceiling: most, least, most }
    }

    /// Bytes of the next frame.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// A frame got through.
    pub fn grow(&mut self) {
        self.ceiling = (self.ceiling + CEILING_GAIN).min(self.most);
        self.bytes = (self.bytes * 2).min(self.ceiling);
    }

    /// A frame did not.
    pub fn shrink(&mut self) {
        self.ceiling = (self.bytes / 2).max(self.least);
        self.bytes = self.ceiling;
    }
}

/// A frame cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Another protocol.
    #[error("the other end speaks protocol {found}, this one {VERSION}")]
    Version {
        /// The version byte.
        found: u8,
    },
    /// Empty, not zstd, or larger than any frame.
    #[error("the frame does not unpack into {UNPACKED_BYTES_MAX} bytes")]
    Packing,
    /// Not the message that was expected.
    #[error("the frame is not the message expected: {reason}")]
    Message {
        /// What the reader said.
        reason: String,
    },
}

/// Packs a message.
#[must_use]
pub fn pack<M: Encode<()>>(message: &M) -> Vec<u8> {
    let cbor = minicbor::to_vec(message).unwrap_or_else(|never| unreachable!("{never}"));
    let mut frame = vec![VERSION];
    // zstd fails on exhausted memory only, which ends the process anyway.
    frame.extend(zstd::bulk::compress(&cbor, LEVEL).unwrap_or_default());
    frame
}

/// Unpacks a message.
///
/// # Errors
/// [`FrameError`].
pub fn unpack<M: for<'b> Decode<'b, ()>>(frame: &[u8]) -> Result<M, FrameError> {
    let (version, packed) = frame.split_first().ok_or(FrameError::Packing)?;
    if *version != VERSION {
        return Err(FrameError::Version { found: *version });
    }
    let cbor = zstd::bulk::decompress(packed, UNPACKED_BYTES_MAX).map_err(|_| FrameError::Packing)?;
    minicbor::decode(&cbor).map_err(|error| FrameError::Message { reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_and_a_bomb_does_not_unpack() {
        let frame = pack(&vec![1_u32, 2, 3]);
        assert_eq!(unpack::<Vec<u32>>(&frame), Ok(vec![1, 2, 3]));
        let other = [&[9], frame.get(1..).unwrap_or_default()].concat();
        assert_eq!(unpack::<Vec<u32>>(&other), Err(FrameError::Version { found: 9 }));
        let bomb = [vec![VERSION], zstd::bulk::compress(&vec![0; 50_000_000], 3).expect("packed")].concat();
        assert_eq!(unpack::<Vec<u32>>(&bomb), Err(FrameError::Packing));
        assert_eq!(unpack::<Vec<u32>>(&[]), Err(FrameError::Packing));
    }
}
