//! How much memory a file may take.

use crate::fault::TensorFault;
use crate::layout::Layout;

/// Whatever its size, a file may unpack to so many bytes: networks of zeros, which tests are made of, deflate to nearly
/// nothing, and an eighth is what is left of weights that were whole numbers of 8 bits.
pub(crate) const ALWAYS: u64 = 256 << 20;

/// Beyond that it may unpack to so many times its own size: half precision becomes single.
pub(crate) const FROM_A_BYTE: u64 = 2;

/// Bytes that are left to what is read of one file.
#[derive(Debug)]
pub(crate) struct Budget {
    left: u64,
}

impl Budget {
    /// Of a file, or a folder, of a length.
    pub(crate) fn of(length: u64) -> Budget {
        Budget { left: ALWAYS.saturating_add(length.saturating_mul(FROM_A_BYTE)) }
    }

    /// Takes what the values of an array need, and where they overlap what they share, exactly.
    pub(crate) fn take_layout(&mut self, layout: &Layout) -> Result<(), TensorFault> {
        let values = layout.count().map_or(u64::MAX, |count| (count as u64).saturating_mul(4));
        let shared = match layout.walks_forward() {
            true => 0,
            false => layout.end().map_or(u64::MAX, |end| ((end - layout.offset()) as u64).saturating_mul(8)),
        };
        let size = values.saturating_add(shared);
        self.take(size).map_err(|left| TensorFault::TooLarge { size, left })
    }

    /// Takes some bytes; an error says how many are left.
    pub(crate) fn take(&mut self, bytes: u64) -> Result<(), u64> {
        self.left = self.left.checked_sub(bytes).ok_or(self.left)?;
        Ok(())
    }
}
