//! The text of a file, or why it cannot be had.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use thiserror::Error;

use super::walk::plain;
use crate::source::{EntryKind, SourceFile};

/// A larger file is refused: 64 MiB.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// How much of a file [`peek`] reads.
const PEEK_BYTES: usize = 8 << 10;

/// Why a file could not be read, with the way out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// The operating system refuses.
    #[error("`{path}` cannot be read: {reason}")]
    Io {
        /// Path relative to the root of the run.
        path: String,
        /// What the operating system says.
        reason: String,
    },
    /// A directory with the name of a file.
    #[error("`{path}` is a directory where a file should be; rename it")]
    Directory {
        /// Path relative to the root of the run.
        path: String,
    },
    /// A FIFO, socket or device.
    #[error("`{path}` is not a regular file; only regular files are read")]
    NotRegular {
        /// Path relative to the root of the run.
        path: String,
    },
    /// A symbolic link that leads out of the root.
    #[error("`{path}` is a symbolic link out of the repository and is not followed; commit the file itself")]
    Outside {
        /// Path relative to the root of the run.
        path: String,
    },
    /// More than [`MAX_FILE_BYTES`].
    #[error(
        "`{path}` has {size} bytes, and files over {MAX_FILE_BYTES} bytes are not read; leave it out with `ignore`"
    )]
    TooLarge {
        /// Path relative to the root of the run.
        path: String,
        /// Its size in bytes.
        size: u64,
    },
    /// UTF-16 with a byte order mark.
    #[error("`{path}` is UTF-16; save it as UTF-8")]
    Utf16 {
        /// Path relative to the root of the run.
        path: String,
    },
    /// Bytes that are not UTF-8.
    #[error("`{path}` is not UTF-8: byte {offset} is 0x{byte:02x}; save it as UTF-8")]
    NotUtf8 {
        /// Path relative to the root of the run.
        path: String,
        /// Offset of the first bad byte, from 0.
        offset: usize,
        /// That byte.
        byte: u8,
    },
}

impl ReadError {
    /// Whether the file can be read and only its bytes are not text.
    #[must_use]
    pub fn is_about_content(&self) -> bool {
        matches!(self, Self::TooLarge { .. } | Self::Utf16 { .. } | Self::NotUtf8 { .. })
    }
}

/// Reads a file below the root as UTF-8. A byte order mark stays in the text.
///
/// # Errors
/// See [`ReadError`].
pub fn read(root: &Path, path: &str) -> Result<String, ReadError> {
    let full = root.join(path);
    let size = check(root, &full, path)?;
    let io = |error: io::Error| ReadError::Io { path: path.to_owned(), reason: plain(&error) };
    // With room for one byte more than there is, one call reads the file and the next one sees its end.
    let mut bytes = Vec::with_capacity(size + 1);
    // One byte more than allowed, in case the file grows while it is read.
    File::open(&full).map_err(io)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge { path: path.to_owned(), size: bytes.len() as u64 });
    }
    decode(path, bytes)
}

/// The text of a file of the run, read below the root and kept where that was not done before. Empty for a directory,
/// and where there is no root for a file that is not in memory.
///
/// # Errors
/// See [`ReadError`].
pub fn text<'s>(root: Option<&Path>, file: &'s SourceFile) -> Result<&'s str, ReadError> {
    if let Some(root) = root.filter(|_| file.kind == EntryKind::File && !file.is_read()) {
        file.set_text(Arc::from(read(root, &file.path)?));
    }
    Ok(file.text())
}

/// The first 8 KiB of a regular file, with what is not UTF-8 replaced. `None` where it cannot be read.
#[must_use]
pub fn peek(root: &Path, path: &str) -> Option<String> {
    let full = root.join(path);
    let size = check(root, &full, path).ok()?;
    let mut bytes = Vec::with_capacity(size.min(PEEK_BYTES) + 1);
    File::open(&full).ok()?.take(PEEK_BYTES as u64).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The size of a file in bytes. Refuses before opening, since opening a FIFO would wait for a writer.
fn check(root: &Path, full: &Path, path: &str) -> Result<usize, ReadError> {
    let io = |error: io::Error| ReadError::Io { path: path.to_owned(), reason: plain(&error) };
    let mut metadata = fs::symlink_metadata(full).map_err(io)?;
    if metadata.is_symlink() {
        let target = full.canonicalize().map_err(io)?;
        if !target.starts_with(root.canonicalize().map_err(io)?) {
            return Err(ReadError::Outside { path: path.to_owned() });
        }
        metadata = fs::metadata(full).map_err(io)?;
    }
    if metadata.is_dir() {
        return Err(ReadError::Directory { path: path.to_owned() });
    }
    if !metadata.is_file() {
        return Err(ReadError::NotRegular { path: path.to_owned() });
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge { path: path.to_owned(), size: metadata.len() });
    }
    Ok(usize::try_from(metadata.len()).unwrap_or(0))
}

fn decode(path: &str, bytes: Vec<u8>) -> Result<String, ReadError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(ReadError::Utf16 { path: path.to_owned() });
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(offset).copied().unwrap_or_default();
        ReadError::NotUtf8 { path: path.to_owned(), offset, byte }
    })
}
