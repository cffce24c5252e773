//! Numbers that look random and are the same on every machine, and damaged changes made with them.

use std::collections::BTreeSet;

use gewu_log::change::{CHUNK_BYTES_MAX, ChangeFields, TIME_MAX};
use gewu_model::ids::{ChangeHash, DeviceId};
use sha2::{Digest, Sha256};

/// xorshift64*: the same mutants on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 33) as usize % end.max(1)
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[7]).collect()
    }

    pub fn hash(&mut self) -> ChangeHash {
        ChangeHash(self.bytes(32).try_into().unwrap())
    }

    /// An act that the guard lets pass: a note of a newer version, with this many bytes under a key of its own.
    pub fn act(&mut self, byte_count: usize) -> Vec<u8> {
        let count = u32::try_from(byte_count).unwrap();
        let head: &[u8] = &[0xa5, 0x00, 0x18, 0x63, 0x01, 0x48, 1, 1, 1, 1, 1, 1, 1, 1, 0x03, 0x00, 0x05, 0xa0, 0x18, 0x63];
        let length = match count {
            0..=23 => vec![0x40 | count as u8],
            24..=0xff => vec![0x58, count as u8],
            0x100..=0xffff => [&[0x59][..], &(count as u16).to_be_bytes()].concat(),
            _ => [&[0x5a][..], &count.to_be_bytes()].concat(),
        };
        [head, &length, &self.bytes(byte_count)].concat()
    }

    /// Fields that keep all invariants.
    pub fn fields(&mut self) -> ChangeFields<'static> {
        let deps: BTreeSet<ChangeHash> = (0..self.pick(&[0, 1, 1, 2, 5]))
            .map(|_| self.hash())
            .collect();
        let act_bytes = self.pick(&[0, 1, 7, 8, 30, 60, 127, 130, 300]);
        ChangeFields {
            actor: DeviceId(self.bytes(16).try_into().unwrap()),
            seq: self.pick(&[1, 2, 127, 128, 16_384, u64::MAX]),
            start_op: self.pick(&[1, 63, 64, 127, 128, 4_096, u64::from(u32::MAX)]),
            time: self.pick(&[0, 63, 64, 8_191, 8_192, 1_790_000_000, TIME_MAX]),
            deps: deps.into_iter().collect(),
            act: self.bytes(act_bytes).into(),
        }
    }

    /// Fields around and beyond the limits; the key is made for them, as no mutated byte would.
    pub fn hostile_fields(&mut self) -> ChangeFields<'static> {
        let mut fields = self.fields();
        match self.below(6) {
            0 => fields.seq = self.pick(&[0, 1, u64::MAX]),
            1 => {
                fields.start_op =
                    self.pick(&[0, 1, u64::from(u32::MAX), 1 << 32, (1 << 32) + 1, u64::MAX])
            }
            2 => fields.time = self.pick(&[-1, 0, TIME_MAX, TIME_MAX + 1, i64::MIN, i64::MAX]),
            3 => {
                fields.deps = (0..self.pick(&[2, 63, 64, 65, 130]))
                    .map(|_| self.hash())
                    .collect()
            }
            4 => {
                let mut deps: Vec<_> = (0..self.pick(&[63, 64, 65])).map(|_| self.hash()).collect();
                deps.sort();
                fields.deps = deps.into();
            }
            _ if self.below(40) > 0 => fields.deps = vec![self.hash(); 2].into(),
            _ => {
                let act_bytes = CHUNK_BYTES_MAX - 150 + self.below(120);
                fields.act = self.bytes(act_bytes).into();
            }
        }
        fields
    }

    /// A few small damages in a row.
    fn damage(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        for _ in 0..self.pick(&[1, 1, 1, 2, 3]) {
            let at = self.below(bytes.len());
            let end = (at + 1 + self.below(6)).min(bytes.len());
            match self.below(10) {
                0 | 1 => bytes[at] ^= 1 << self.below(8),
                2 => bytes[at] = self.pick(&[0, 1, 2, 5, 6, 16, 0x3f, 0x40, 0x7f, 0x80, 0xff]),
                3 => bytes[at] = bytes[at].wrapping_add(self.pick(&[1, 0xff])),
                4 => bytes.insert(at, self.pick(&[0, 1, 0x7f, 0x80, 0xff])),
                5 => drop(bytes.drain(at..end)),
                6 => bytes.extend_from_within(at..end),
                // An overlong number, if one ends here.
                7 => drop(bytes.splice(at..=at, [bytes[at] | 0x80, 0])),
                8 => drop(bytes.splice(at.., other.iter().skip(at).copied())),
                _ => bytes.truncate(at),
            }
            if bytes.is_empty() {
                bytes.push(0);
            }
        }
    }

    /// A sample with damages. Half of them get a fitting checksum, most of those a fitting header as well.
    pub fn damaged(&mut self, samples: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = samples[self.below(samples.len())].clone();
        let other = &samples[self.below(samples.len())];
        match self.below(16) {
            0..=7 => self.damage(&mut bytes, other),
            8 => {
                self.damage(&mut bytes, other);
                seal(&mut bytes);
            }
            _ => {
                let mut data = data_of(&bytes).to_vec();
                self.damage(&mut data, data_of(other));
                bytes = with_header(&data);
                seal(&mut bytes);
            }
        }
        bytes
    }
}

fn with_header(data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1];
    let mut length = data.len();
    while length > 0x7f {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(data);
    bytes
}

/// What follows the header of a valid chunk.
fn data_of(chunk: &[u8]) -> &[u8] {
    let length_bytes = 1 + chunk[9..].iter().take_while(|byte| **byte >= 0x80).count();
    &chunk[9 + length_bytes..]
}

fn seal(bytes: &mut [u8]) {
    if bytes.len() > 8 {
        let sum = Sha256::digest(&bytes[8..]);
        bytes[4..8].copy_from_slice(&sum[..4]);
    }
}
