//! Reference values, as tests read them: whatever is wrong with a file fails the test, by the file's name.

use bounds::ReferenceError;
pub use bounds::{Array, DATA_VARIABLE, data_dir, fixtures_dir};
use std::path::Path;

/// An `.npz` archive of reference values.
#[derive(Debug, Clone)]
pub struct Archive(bounds::Archive);

/// An `.npy` file of float32.
///
/// # Panics
/// If it is damaged, or of another type.
pub fn npy_f32(path: impl AsRef<Path>) -> Array<f32> {
    expect(bounds::npy_f32(path))
}

fn expect<T>(read: Result<T, ReferenceError>) -> T {
    read.unwrap_or_else(|error| panic!("{error}"))
}

impl Archive {
    /// The archive at a path.
    ///
    /// # Panics
    /// If there is none.
    pub fn open(path: impl AsRef<Path>) -> Archive {
        Archive(expect(bounds::Archive::open(path)))
    }

    /// The names of its arrays.
    ///
    /// # Panics
    /// If the archive is damaged.
    pub fn names(&self) -> Vec<String> {
        expect(self.0.names())
    }

    /// An array of float32.
    ///
    /// # Panics
    /// If there is none of this name and type.
    pub fn f32(&self, name: &str) -> Array<f32> {
        expect(self.0.f32(name))
    }

    /// An array of float64, or of float32 widened.
    ///
    /// # Panics
    /// If there is none of this name and type.
    pub fn f64(&self, name: &str) -> Array<f64> {
        expect(self.0.f64(name))
    }

    /// An array of uint8.
    ///
    /// # Panics
    /// If there is none of this name and type.
    pub fn u8(&self, name: &str) -> Array<u8> {
        expect(self.0.u8(name))
    }

    /// An array of int64.
    ///
    /// # Panics
    /// If there is none of this name and type.
    pub fn i64(&self, name: &str) -> Array<i64> {
        expect(self.0.i64(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    fn gradients() -> Archive {
        Archive::open(fixtures_dir().join("golden/center_gradients.npz"))
    }

    #[test]
    fn arrays_have_their_shapes_and_types() {
        let archive = gradients();
        let support = archive.i64("layer1.1.bn2:5/support_rows_cols");
        assert_eq!((support.shape, support.values.len()), (vec![4], 4));
        assert_eq!(archive.f64("layer1.1.bn2:5/value").shape, Vec::<usize>::new());
        let pixels = Archive::open(fixtures_dir().join("golden/pixels.npz"));
        let names = pixels.names();
        assert_eq!(names.len(), 6);
        assert_eq!(pixels.u8(&names[0]).shape, [128, 128, 3]);
    }

    #[test]
    fn float32_widens_exactly_and_nothing_else_is_converted() {
        let archive = gradients();
        let name = "layer1.1.bn2:5/grad";
        let (single, double) = (archive.f32(name), archive.f64(name));
        assert_eq!(single.shape, [3, 128, 128]);
        assert!(single.values.iter().zip(&double.values).all(|(&s, &d)| f64::from(s) == d));
        assert!(catch_unwind(|| gradients().i64(name)).is_err());
        assert!(catch_unwind(|| gradients().f32("layer1.1.bn2:5/value")).is_err());
        assert!(catch_unwind(|| gradients().f64("layer1.1.bn2:5/support_rows_cols")).is_err());
    }

    #[test]
    fn a_missing_array_or_archive_is_refused() {
        assert!(catch_unwind(|| gradients().f64("no such array")).is_err());
        assert!(catch_unwind(|| Archive::open(fixtures_dir().join("no such file.npz"))).is_err());
    }
}
