//! The way in for SQLite: C functions over [`State`]. The only place of the project with unsafe code.
//!
//! What makes it sound: SQLite calls a file's functions only between its open and its close, one call at a time per open
//! file; all state lies behind one lock; memory that connections share is made of atomics that neither move nor go while
//! anybody holds it.

#![allow(unsafe_code, reason = "SQLite takes a file system as C functions and gives pointers to them")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};
use std::time::Duration;

use rusqlite::ffi;

use crate::locks::SLOTS;
use crate::state::{Opened, Refused, Regions, State};

/// Longest name of a file, in bytes.
const NAME_MAX: c_int = 1_024;
/// As on a phone's flash.
const SECTOR_BYTES: c_int = 4_096;
/// The day that SQLite is told, as a Julian day: 2026-01-01. A disk knows no clock.
const TODAY: f64 = 2_461_041.5;

/// A disk under a name that SQLite knows.
pub(crate) struct Registered {
    state: Mutex<State>,
    name: CString,
    /// Made and freed here; SQLite keeps the pointer while it is registered and while a file is open.
    vfs: *mut ffi::sqlite3_vfs,
}

// SAFETY: `vfs` points to a structure that is written before it is registered and read only afterwards; everything else
// lies behind a lock.
unsafe impl Send for Registered {}
// SAFETY: as above.
unsafe impl Sync for Registered {}

pub(crate) fn relaxed<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Registered {
    pub fn new(state: State) -> Arc<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        static BEGUN: Once = Once::new();
        // SQLCipher joins in after SQLite has said that it has begun: two threads that open their first files at once would
        // find it half begun.
        // SAFETY: takes nothing; safe from any thread.
        BEGUN.call_once(|| assert_eq!(unsafe { ffi::sqlite3_initialize() }, ffi::SQLITE_OK, "SQLite begins"));
        let name = format!("gewu-disk-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let name = CString::new(name).unwrap_or_default();
        let disk = Arc::new_cyclic(|weak: &Weak<Self>| {
            let vfs = Box::new(ffi::sqlite3_vfs {
                iVersion: 1,
                szOsFile: c_int::try_from(size_of::<FileSlot>()).unwrap_or(c_int::MAX),
                mxPathname: NAME_MAX,
                pNext: std::ptr::null_mut(),
                zName: name.as_ptr(),
                pAppData: Weak::into_raw(weak.clone()).cast_mut().cast(),
                xOpen: Some(open),
                xDelete: Some(delete),
                xAccess: Some(access),
                xFullPathname: Some(full_pathname),
                xDlOpen: None,
                xDlError: None,
                xDlSym: None,
                xDlClose: None,
                xRandomness: Some(randomness),
                xSleep: Some(sleep),
                xCurrentTime: Some(current_time),
                xGetLastError: Some(last_error),
                xCurrentTimeInt64: None,
                xSetSystemCall: None,
                xGetSystemCall: None,
                xNextSystemCall: None,
            });
            Self { state: Mutex::new(state), name, vfs: Box::into_raw(vfs) }
        });
        // SAFETY: the structure is whole, lives until `drop`, and `drop` takes it out of SQLite's list first.
        let code = unsafe { ffi::sqlite3_vfs_register(disk.vfs, 0) };
        assert_eq!(code, ffi::SQLITE_OK, "SQLite takes the file system");
        disk
    }

    pub fn name(&self) -> String {
        self.name.to_string_lossy().into_owned()
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        relaxed(&self.state)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        // SAFETY: no clone and no open file is left (each holds an `Arc`), so nobody calls in; the box and the weak pointer
        // were made in `new` and are given back once.
        unsafe {
            ffi::sqlite3_vfs_unregister(self.vfs);
            drop(Weak::from_raw((*self.vfs).pAppData.cast::<Self>().cast_const()));
            drop(Box::from_raw(self.vfs));
        }
    }
}

/// What SQLite keeps of an open file: its own header, then ours.
#[repr(C)]
struct FileSlot {
    base: ffi::sqlite3_file,
    file: *mut OpenFile,
}

struct OpenFile {
    disk: Arc<Registered>,
    opened: Opened,
    regions: Option<Arc<Regions>>,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

fn code(done: Result<(), Refused>, fault: c_int) -> c_int {
    match done {
        Ok(()) => ffi::SQLITE_OK,
        Err(Refused::Full) => ffi::SQLITE_FULL,
        Err(Refused::Dead) => fault,
    }
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// The disk behind a file system that SQLite was given.
///
/// # Safety
/// `vfs` is one of ours.
unsafe fn disk_of(vfs: *mut ffi::sqlite3_vfs) -> Option<Arc<Registered>> {
    // SAFETY: `pAppData` is a weak pointer that lives as long as the structure; it is cloned, not taken.
    let weak =
        unsafe { std::mem::ManuallyDrop::new(Weak::from_raw((*vfs).pAppData.cast::<Registered>().cast_const())) };
    weak.upgrade()
}

/// A name as text; `None`: no name.
///
/// # Safety
/// `name` is null or ends with a zero.
unsafe fn text(name: *const c_char) -> Option<String> {
    // SAFETY: the caller's.
    (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
}

/// Our part of an open file.
///
/// # Safety
/// `file` was opened by [`open`] and is not closed; SQLite makes one call at a time for it.
unsafe fn open_file<'a>(file: *mut ffi::sqlite3_file) -> &'a mut OpenFile {
    // SAFETY: `open` put a box there, `close` takes it back, nobody else keeps a reference beyond a call.
    unsafe { &mut *(*file.cast::<FileSlot>()).file }
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: `file` has room for a `FileSlot` (`szOsFile`); without methods SQLite will not close what failed to open.
    unsafe { (*file).pMethods = std::ptr::null() };
    // SAFETY: the file system is ours, the name is SQLite's.
    let (disk, name) = unsafe { (disk_of(vfs), text(name)) };
    let Some(disk) = disk else { return ffi::SQLITE_CANTOPEN };
    let has = |flag: c_int| flags & flag != 0;
    let log = has(ffi::SQLITE_OPEN_WAL) || has(ffi::SQLITE_OPEN_MAIN_JOURNAL) || has(ffi::SQLITE_OPEN_SUPER_JOURNAL);
    let opened =
        disk.state().open(name.as_deref(), has(ffi::SQLITE_OPEN_CREATE), log, has(ffi::SQLITE_OPEN_DELETEONCLOSE));
    let Some(opened) = opened else { return ffi::SQLITE_CANTOPEN };
    let ours = Box::into_raw(Box::new(OpenFile { disk, opened, regions: None }));
    // SAFETY: as above; `out_flags` is null or SQLite's.
    unsafe {
        let slot = file.cast::<FileSlot>();
        (*slot).file = ours;
        (*slot).base.pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_dir: c_int) -> c_int {
    // SAFETY: the file system is ours, the name is SQLite's.
    let (disk, name) = unsafe { (disk_of(vfs), text(name)) };
    let gone = disk.zip(name).is_some_and(|(disk, name)| disk.state().delete(&name, sync_dir != 0));
    if gone { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_DELETE_NOENT }
}

unsafe extern "C" fn access(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, flags: c_int, out: *mut c_int) -> c_int {
    // SAFETY: the file system is ours, the name and the place for the answer are SQLite's.
    unsafe {
        let found = disk_of(vfs).zip(text(name)).is_some_and(|(disk, name)| {
            let state = disk.state();
            if flags == ffi::SQLITE_ACCESS_EXISTS { state.holds(&name) } else { state.exists(&name) }
        });
        *out = c_int::from(found);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    out_bytes: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: the name ends with a zero; `out` has room for `out_bytes`, which is checked before it is written.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > usize::try_from(out_bytes).unwrap_or(0) {
            return ffi::SQLITE_CANTOPEN;
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr().cast::<c_char>(), out, bytes.len());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn randomness(_vfs: *mut ffi::sqlite3_vfs, bytes: c_int, out: *mut c_char) -> c_int {
    // SAFETY: `out` has room for `bytes`. SQLite asks its default file system for its seed, never this one.
    unsafe { std::ptr::write_bytes(out, 7, usize::try_from(bytes).unwrap_or(0)) };
    bytes
}

unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    // SQLite waits so for another connection's lock; that one runs on another thread.
    std::thread::sleep(Duration::from_micros(unsigned(i64::from(microseconds))));
    microseconds
}

unsafe extern "C" fn current_time(_vfs: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite's place for the answer.
    unsafe { *out = TODAY };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_vfs: *mut ffi::sqlite3_vfs, _bytes: c_int, _out: *mut c_char) -> c_int {
    0
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: an open file's box, taken back once: SQLite forgets the methods after a close.
    let ours = unsafe { Box::from_raw((*file.cast::<FileSlot>()).file) };
    ours.disk.state().close(&ours.opened);
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, bytes: c_int, offset: i64) -> c_int {
    let length = usize::try_from(bytes).unwrap_or(0);
    // SAFETY: an open file; `into` has room for `bytes` and is nobody else's during the call. It is zeroed first, so that
    // it may be looked at as bytes.
    let (ours, into) = unsafe {
        std::ptr::write_bytes(into.cast::<u8>(), 0, length);
        (open_file(file), std::slice::from_raw_parts_mut(into.cast::<u8>(), length))
    };
    match ours.disk.state().read(&ours.opened, unsigned(offset), into) {
        Ok(found) if found == length => ffi::SQLITE_OK,
        Ok(_) => ffi::SQLITE_IOERR_SHORT_READ,
        Err(_) => ffi::SQLITE_IOERR_READ,
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, bytes: c_int, offset: i64) -> c_int {
    // SAFETY: an open file; `from` holds `bytes` during the call.
    let (ours, from) = unsafe {
        (open_file(file), std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(bytes).unwrap_or(0)))
    };
    code(ours.disk.state().write(&ours.opened, unsigned(offset), from), ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, bytes: i64) -> c_int {
    // SAFETY: an open file.
    let ours = unsafe { open_file(file) };
    code(ours.disk.state().truncate(&ours.opened, unsigned(bytes)), ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: an open file.
    let ours = unsafe { open_file(file) };
    code(ours.disk.state().sync(&ours.opened), ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, out: *mut i64) -> c_int {
    // SAFETY: an open file; SQLite's place for the answer.
    let ours = unsafe { open_file(file) };
    let length = ours.disk.state().len(&ours.opened);
    match length {
        Ok(length) => {
            // SAFETY: SQLite's place for the answer.
            unsafe { *out = i64::try_from(length).unwrap_or(i64::MAX) };
            ffi::SQLITE_OK
        }
        Err(_) => ffi::SQLITE_IOERR_FSTAT,
    }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let ours = unsafe { open_file(file) };
    let risen = ours.disk.state().locks(&ours.opened).map(|locks| locks.rise(ours.opened.holder(), level));
    match risen {
        Ok(true) => ffi::SQLITE_OK,
        Ok(false) => ffi::SQLITE_BUSY,
        Err(_) => ffi::SQLITE_IOERR_LOCK,
    }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let ours = unsafe { open_file(file) };
    if let Ok(locks) = ours.disk.state().locks(&ours.opened) {
        locks.sink(ours.opened.holder(), level);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: an open file; SQLite's place for the answer.
    let ours = unsafe { open_file(file) };
    let reserved = ours.disk.state().locks(&ours.opened).map(|locks| locks.reserved());
    match reserved {
        Ok(reserved) => {
            // SAFETY: SQLite's place for the answer.
            unsafe { *out = c_int::from(reserved) };
            ffi::SQLITE_OK
        }
        Err(_) => ffi::SQLITE_IOERR_CHECKRESERVEDLOCK,
    }
}

unsafe extern "C" fn file_control(_file: *mut ffi::sqlite3_file, _op: c_int, _arg: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    SECTOR_BYTES
}

unsafe extern "C" fn characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    region_bytes: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: an open file; SQLite's place for the answer.
    let ours = unsafe {
        *out = std::ptr::null_mut();
        open_file(file)
    };
    let (Ok(index), Ok(bytes)) = (usize::try_from(region), usize::try_from(region_bytes)) else {
        return ffi::SQLITE_IOERR_SHMMAP;
    };
    let mut state = ours.disk.state();
    let regions = match &ours.regions {
        Some(regions) => Arc::clone(regions),
        None => match state.regions(&ours.opened) {
            Ok(regions) => regions,
            Err(_) => return ffi::SQLITE_IOERR_SHMOPEN,
        },
    };
    ours.regions = Some(Arc::clone(&regions));
    if extend != 0 && state.grow(&regions, index + 1, bytes).is_err() {
        return ffi::SQLITE_IOERR_SHMSIZE;
    }
    if let Some(found) = relaxed(&regions).get(index) {
        // SAFETY: SQLite's place for the answer. The region is made of atomics, which may be written through a shared
        // reference, and stays where it is while `ours.regions` holds it, until `shm_unmap` or `close`.
        unsafe { *out = found.as_ptr().cast_mut().cast() };
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, n: c_int, flags: c_int) -> c_int {
    // SAFETY: an open file.
    let ours = unsafe { open_file(file) };
    let begin = usize::try_from(offset).unwrap_or(SLOTS);
    let slots = begin..begin.saturating_add(usize::try_from(n).unwrap_or(0)).min(SLOTS);
    let holder = ours.opened.holder();
    let mut state = ours.disk.state();
    let Ok(locks) = state.shared_locks(&ours.opened) else { return ffi::SQLITE_IOERR_SHMLOCK };
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        locks.give(holder, slots);
        return ffi::SQLITE_OK;
    }
    let taken = locks.take(holder, slots, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0);
    if taken { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
    // SAFETY: an open file. The lock orders what other connections wrote before it.
    drop(unsafe { open_file(file) }.disk.state());
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: an open file.
    let ours = unsafe { open_file(file) };
    ours.disk.state().unmap(&ours.opened);
    ours.regions = None;
    ffi::SQLITE_OK
}
