//! The reading half of the columns: hostile bytes in, entries out, or a named error.

use gewu_model::ids::{ChangeHash, DeviceId, EntryHash, FeedId, RecordId};

use super::{
    COLUMNS, Carried, DEPS_LAST, DEPS_LISTED, DEPS_NONE, Dep, FLAG_DETAIL, FLAG_STRIPPED, LINE_ENTRY, LINE_HASH,
    LINE_NOTICE, Line, Stripped, restore_detail_hash,
};
use crate::entry::Detail;
use crate::guard::DEPS_MAX;
use crate::line::Verdict;

/// The bytes are not columns of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsError {
    /// A column ends too early.
    #[error("a column ends too early")]
    Truncated,
    /// Bytes are left over.
    #[error("a column has bytes left over")]
    LeftOver,
    /// A reference points at nothing.
    #[error("a reference points at nothing")]
    Reference,
    /// A number is out of its range.
    #[error("a number is out of its range")]
    Range,
}

/// Reads what [`super::write_entries`] wrote.
///
/// # Errors
/// [`ColumnsError`].
pub fn read_entries(bytes: &[u8]) -> Result<Vec<Stripped>, ColumnsError> {
    let (count, mut columns) = Columns::open(bytes)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(columns.entry()?);
    }
    columns.finish()?;
    Ok(entries)
}

/// Reads what [`super::write_lines`] wrote.
///
/// # Errors
/// [`ColumnsError`].
pub fn read_lines(bytes: &[u8]) -> Result<Vec<Line>, ColumnsError> {
    let (count, mut columns) = Columns::open(bytes)?;
    let (mut lines, mut before) = (Vec::new(), 0_i64);
    for _ in 0..count {
        let verdict = Verdict(columns.lines.byte()?);
        before = before.wrapping_add(columns.lines.signed()?);
        let hub_time_s = u64::try_from(before).map_err(|_| ColumnsError::Range)?;
        let carried = match columns.lines.byte()? {
            LINE_ENTRY => Carried::Entry(Box::new(columns.entry()?)),
            LINE_NOTICE => {
                let length = columns.lines.length()?;
                Carried::Notice(columns.lines.take(length)?.to_vec())
            }
            LINE_HASH => Carried::Hash(EntryHash(columns.lines.array()?)),
            _ => return Err(ColumnsError::Range),
        };
        lines.push(Line { verdict, hub_time_s, carried });
    }
    columns.finish()?;
    Ok(lines)
}

struct Column<'a>(&'a [u8]);

impl<'a> Column<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], ColumnsError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(ColumnsError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ColumnsError> {
        self.take(N)?.try_into().map_err(|_| ColumnsError::Truncated)
    }

    fn byte(&mut self) -> Result<u8, ColumnsError> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn unsigned(&mut self) -> Result<u64, ColumnsError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(ColumnsError::Range);
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ColumnsError::Range)
    }

    fn signed(&mut self) -> Result<i64, ColumnsError> {
        let value = self.unsigned()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn length(&mut self) -> Result<usize, ColumnsError> {
        usize::try_from(self.unsigned()?).map_err(|_| ColumnsError::Range)
    }

    fn by_table<const N: usize, T: Copy>(&mut self, table: &mut Vec<T>, make: fn([u8; N]) -> T) -> Result<T, ColumnsError> {
        match self.length()?.checked_sub(1) {
            Some(at) => table.get(at).copied().ok_or(ColumnsError::Reference),
            None => {
                let item = make(self.array()?);
                table.push(item);
                Ok(item)
            }
        }
    }
}

struct RecordPlace {
    id: RecordId,
    kind: u16,
    feed: FeedId,
    last: Option<usize>,
}

struct Columns<'a> {
    lines: Column<'a>,
    records: Column<'a>,
    authors: Column<'a>,
    deps: Column<'a>,
    times: Column<'a>,
    lengths: Column<'a>,
    acts: Column<'a>,
    details: Column<'a>,
    known: Vec<RecordPlace>,
    devices: Vec<DeviceId>,
    feeds: Vec<FeedId>,
    next_seq: std::collections::BTreeMap<(DeviceId, FeedId), u64>,
    entries: usize,
    time_before: i64,
}

impl<'a> Columns<'a> {
    fn open(bytes: &'a [u8]) -> Result<(u64, Self), ColumnsError> {
        let mut input = Column(bytes);
        let count = input.unsigned()?;
        let mut lengths = [0; COLUMNS];
        for length in &mut lengths {
            *length = input.length()?;
        }
        let mut parts = Vec::with_capacity(COLUMNS);
        for length in lengths {
            parts.push(Column(input.take(length)?));
        }
        if !input.0.is_empty() {
            return Err(ColumnsError::LeftOver);
        }
        let parts: [Column<'a>; COLUMNS] = parts.try_into().map_err(|_| ColumnsError::Truncated)?;
        let [lines, records, authors, deps, times, lengths, acts, details] = parts;
        let columns = Self {
            lines,
            records,
            authors,
            deps,
            times,
            lengths,
            acts,
            details,
            known: Vec::new(),
            devices: Vec::new(),
            feeds: Vec::new(),
            next_seq: std::collections::BTreeMap::new(),
            entries: 0,
            time_before: 0,
        };
        Ok((count, columns))
    }

    fn entry(&mut self) -> Result<Stripped, ColumnsError> {
        let at = self.entries;
        let place = self.record()?;
        let author = self.authors.by_table(&mut self.devices, DeviceId)?;
        let (id, kind, feed, last) =
            self.known.get(place).map(|it| (it.id, it.kind, it.feed, it.last)).ok_or(ColumnsError::Reference)?;
        let next = self.next_seq.entry((author, feed)).or_insert(0);
        let seq = next.wrapping_add(self.authors.signed()?.cast_unsigned());
        *next = seq.wrapping_add(1);
        let deps = self.read_deps(at, last)?;
        self.time_before = self.time_before.wrapping_add(self.times.signed()?);
        let (act, detail) = self.act()?;
        if let Some(record) = self.known.get_mut(place) {
            record.last = Some(at);
        }
        self.entries += 1;
        Ok(Stripped { feed, author, seq, record: id, record_kind: kind, deps, time_s: self.time_before, act, detail })
    }

    fn record(&mut self) -> Result<usize, ColumnsError> {
        let back = self.records.length()?;
        if back > 0 {
            return self.known.len().checked_sub(back).ok_or(ColumnsError::Reference);
        }
        let id = RecordId(self.records.array()?);
        let kind = u16::try_from(self.records.unsigned()?).map_err(|_| ColumnsError::Range)?;
        let feed = self.records.by_table(&mut self.feeds, FeedId)?;
        self.known.push(RecordPlace { id, kind, feed, last: None });
        Ok(self.known.len() - 1)
    }

    fn read_deps(&mut self, at: usize, last: Option<usize>) -> Result<Vec<Dep>, ColumnsError> {
        let count = match self.deps.unsigned()? {
            DEPS_LAST => return Ok(vec![Dep::Here(last.ok_or(ColumnsError::Reference)?)]),
            DEPS_NONE => return Ok(Vec::new()),
            listed => usize::try_from(listed - DEPS_LISTED + 1).map_err(|_| ColumnsError::Range)?,
        };
        if count > DEPS_MAX {
            return Err(ColumnsError::Range);
        }
        (0..count)
            .map(|_| match self.deps.length()? {
                0 => {
                    let author = self.deps.by_table(&mut self.devices, DeviceId)?;
                    Ok(Dep::Known(author, self.deps.unsigned()?))
                }
                1 => Ok(Dep::Hash(ChangeHash(self.deps.array()?))),
                back => at.checked_sub(back - 1).filter(|dep| *dep < at).map(Dep::Here).ok_or(ColumnsError::Reference),
            })
            .collect()
    }

    fn act(&mut self) -> Result<(Vec<u8>, Option<Detail>), ColumnsError> {
        let head = self.lengths.unsigned()?;
        let flags = u8::try_from(head & 3).unwrap_or(0);
        let act = self.acts.take(usize::try_from(head >> 2).map_err(|_| ColumnsError::Range)?)?;
        if flags & FLAG_DETAIL == 0 {
            return if flags == 0 { Ok((act.to_vec(), None)) } else { Err(ColumnsError::Range) };
        }
        let length = self.lengths.length()?;
        let detail = Detail { salt: self.details.array()?, cbor: self.details.take(length)?.to_vec() };
        if flags & FLAG_STRIPPED == 0 {
            return Ok((act.to_vec(), Some(detail)));
        }
        let act = restore_detail_hash(act, &detail).ok_or(ColumnsError::Range)?;
        Ok((act, Some(detail)))
    }

    fn finish(self) -> Result<(), ColumnsError> {
        let columns =
            [self.lines, self.records, self.authors, self.deps, self.times, self.lengths, self.acts, self.details];
        if columns.iter().all(|column| column.0.is_empty()) { Ok(()) } else { Err(ColumnsError::LeftOver) }
    }
}
