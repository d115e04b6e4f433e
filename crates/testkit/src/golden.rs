//! Reference values: where they are, and how they are read.

use npyz::{Deserialize, NpyFile};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// The environment variable that names the folder of weights, photographs and reference values from outside.
pub const DATA_VARIABLE: &str = "STREAMSCOPE_DATA";

fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_owned()
}

/// The embedded network, its images and its reference values.
pub fn fixtures_dir() -> PathBuf {
    root().join("fixtures")
}

/// The data from outside: what `STREAMSCOPE_DATA` names, or `../shared` beside the project. `None` where there is none,
/// after a line on stderr that says so.
pub fn data_dir() -> Option<PathBuf> {
    let named = std::env::var_os(DATA_VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from);
    let folder = named.unwrap_or_else(|| root().join("../shared"));
    if folder.join("golden").is_dir() {
        return Some(folder);
    }
    #[expect(clippy::print_stderr, reason = "whoever runs the tests should know what was not tested")]
    {
        eprintln!("skipped: no reference data in {} ({DATA_VARIABLE} names another folder)", folder.display());
    }
    None
}

/// An `.npz` archive of reference values.
#[derive(Debug, Clone)]
pub struct Archive {
    path: PathBuf,
}

/// An array and its shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Array<T> {
    /// Its sizes, outermost first.
    pub shape: Vec<usize>,
    /// Its values in C order.
    pub values: Vec<T>,
}

/// An `.npy` file of float32.
///
/// # Panics
/// If it is damaged, or of another type.
pub fn npy_f32(path: impl AsRef<Path>) -> Array<f32> {
    let name = path.as_ref().display().to_string();
    let file = File::open(path).unwrap_or_else(|e| panic!("{name}: {e}"));
    array(BufReader::new(file), &name).unwrap_or_else(|| panic!("{name}: expected float32"))
}

/// The array of a whole file: what goes on behind it is no array either.
fn array<T: Deserialize>(mut file: impl Read, name: &str) -> Option<Array<T>> {
    let mut bytes = Vec::new();
    // To its end, where an archive notices that it is damaged.
    file.read_to_end(&mut bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut rest = bytes.as_slice();
    let file = NpyFile::new(&mut rest).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(file.order(), npyz::Order::C, "{name} is not in C order");
    let shape = file.shape().iter().map(|&n| usize::try_from(n).unwrap_or(usize::MAX)).collect();
    let values = file.try_data::<T>().ok()?.collect::<Result<Vec<T>, _>>();
    let values = values.unwrap_or_else(|e| panic!("{name}: {e}"));
    assert!(rest.is_empty(), "{name}: {} bytes too many", rest.len());
    Some(Array { shape, values })
}

impl Archive {
    /// The archive at a path.
    ///
    /// # Panics
    /// If there is none.
    pub fn open(path: impl AsRef<Path>) -> Archive {
        let path = path.as_ref().to_owned();
        assert!(path.is_file(), "{}: expected reference values", path.display());
        Archive { path }
    }

    fn archive(&self) -> ZipArchive<BufReader<File>> {
        let file = File::open(&self.path).unwrap_or_else(|e| panic!("{}: {e}", self.path.display()));
        ZipArchive::new(BufReader::new(file)).unwrap_or_else(|e| panic!("{}: {e}", self.path.display()))
    }

    /// The names of its arrays.
    ///
    /// # Panics
    /// If the archive is damaged.
    pub fn names(&self) -> Vec<String> {
        let archive = self.archive();
        let files = archive.file_names().filter_map(Result::ok);
        files.filter_map(|name| name.strip_suffix(".npy").map(str::to_owned)).collect()
    }

    fn read<T: Deserialize>(&self, name: &str) -> Option<Array<T>> {
        let mut archive = self.archive();
        let member = archive
            .by_name(&format!("{name}.npy"))
            .unwrap_or_else(|e| panic!("{}: array '{name}': {e}", self.path.display()));
        array(member, &format!("{}: array '{name}'", self.path.display()))
    }

    /// An array of float32.
    ///
    /// # Panics
    /// If there is none of this name and type.
    pub fn f32(&self, name: &str) -> Array<f32> {
        self.read(name).unwrap_or_else(|| panic!("{}: '{name}' is not float32", self.path.display()))
    }

    /// An array of float64, or of float32 widened.
    ///
    /// # Panics
    /// If there is none of this name and type.
    pub fn f64(&self, name: &str) -> Array<f64> {
        self.read(name).unwrap_or_else(|| {
            let Array { shape, values } = self.f32(name);
            Array { shape, values: values.into_iter().map(f64::from).collect() }
        })
    }

    /// An array of uint8.
    ///
    /// # Panics
    /// If there is none of this name and type.
    pub fn u8(&self, name: &str) -> Array<u8> {
        self.read(name).unwrap_or_else(|| panic!("{}: '{name}' is not uint8", self.path.display()))
    }

    /// An array of int64.
    ///
    /// # Panics
    /// If there is none of this name and type.
    pub fn i64(&self, name: &str) -> Array<i64> {
        self.read(name).unwrap_or_else(|| panic!("{}: '{name}' is not int64", self.path.display()))
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
