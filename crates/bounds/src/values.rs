//! Reference values: arrays in `.npy` files and `.npz` archives, each read as the type that it has.

use npyz::{Deserialize, NpyFile};
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// Why reference values cannot be read: the file, the array in it, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct ReferenceError {
    place: String,
    why: String,
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
/// # Errors
/// If it is damaged, or of another type.
pub fn npy_f32(path: impl AsRef<Path>) -> Result<Array<f32>, ReferenceError> {
    let place = path.as_ref().display().to_string();
    let file = File::open(path).map_err(|e| error(&place, e))?;
    array(BufReader::new(file), &place)?.ok_or_else(|| error(&place, "expected float32"))
}

/// What is said is one line.
fn error(place: &str, why: impl fmt::Display) -> ReferenceError {
    let why = why.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    ReferenceError { place: place.to_owned(), why }
}

/// The array of a whole file; nothing where it is of another type. What goes on behind it is no array either.
fn array<T: Deserialize>(mut file: impl Read, place: &str) -> Result<Option<Array<T>>, ReferenceError> {
    let mut bytes = Vec::new();
    // To its end, where an archive notices that it is damaged.
    file.read_to_end(&mut bytes).map_err(|e| error(place, e))?;
    check_header(&bytes).map_err(|why| error(place, why))?;
    let mut rest = bytes.as_slice();
    let file = NpyFile::new(&mut rest).map_err(|e| error(place, e))?;
    if file.order() != npyz::Order::C {
        return Err(error(place, "expected C order, found Fortran order"));
    }
    let shape = file.shape().iter().map(|&n| usize::try_from(n).unwrap_or(usize::MAX)).collect();
    let Ok(values) = file.try_data::<T>() else {
        return Ok(None);
    };
    let values = values.collect::<Result<Vec<T>, _>>().map_err(|e| error(place, e))?;
    if !rest.is_empty() {
        return Err(error(place, format!("{} bytes too many", rest.len())));
    }
    Ok(Some(Array { shape, values }))
}

/// Refuses a header that is not as NumPy writes that of a plain array, before `npyz` reads it as any Python literal and
/// multiplies its sizes unchecked; and one that claims more elements than there are bytes.
fn check_header(bytes: &[u8]) -> Result<(), &'static str> {
    let text = bytes.get(10..).unwrap_or_default();
    let text = &text[..text.iter().position(|&b| b == b'}').ok_or("expected a header of NumPy's, found none")?];
    let count = |of: u8| text.iter().filter(|&&b| b == of).count();
    if (count(b'{'), count(b'('), count(b'[')) != (1, 1, 0) {
        return Err("expected the header of a plain array, found another one");
    }
    let shape = text.split(|&b| b == b'(').nth(1).and_then(|t| t.split(|&b| b == b')').next()).unwrap_or_default();
    let sizes = str::from_utf8(shape).unwrap_or("none").split(',').map(str::trim).filter(|size| !size.is_empty());
    let elements = sizes.map(|size| size.parse().ok()).try_fold(1_usize, |product, n| product.checked_mul(n?));
    match elements {
        Some(elements) if elements <= bytes.len() => Ok(()),
        _ => Err("expected a shape of as many elements as there are, found another one"),
    }
}

impl Archive {
    /// The archive at a path.
    ///
    /// # Errors
    /// If there is none.
    pub fn open(path: impl AsRef<Path>) -> Result<Archive, ReferenceError> {
        let path = path.as_ref().to_owned();
        if !path.is_file() {
            return Err(error(&path.display().to_string(), "expected reference values, found no file"));
        }
        Ok(Archive { path })
    }

    fn archive(&self) -> Result<ZipArchive<BufReader<File>>, ReferenceError> {
        let place = self.path.display().to_string();
        let file = File::open(&self.path).map_err(|e| error(&place, e))?;
        ZipArchive::new(BufReader::new(file)).map_err(|e| error(&place, e))
    }

    fn place(&self, name: &str) -> String {
        format!("{}: array '{name}'", self.path.display())
    }

    /// The names of its arrays.
    ///
    /// # Errors
    /// If the archive is damaged.
    pub fn names(&self) -> Result<Vec<String>, ReferenceError> {
        let archive = self.archive()?;
        let files = archive.file_names().filter_map(Result::ok);
        Ok(files.filter_map(|name| name.strip_suffix(".npy").map(str::to_owned)).collect())
    }

    /// The first of several archives that holds an array of this name.
    ///
    /// # Errors
    /// If one before it is damaged.
    pub fn first_with<'a>(
        archives: impl IntoIterator<Item = &'a Archive>,
        name: &str,
    ) -> Result<Option<&'a Archive>, ReferenceError> {
        for archive in archives {
            if archive.names()?.iter().any(|n| n == name) {
                return Ok(Some(archive));
            }
        }
        Ok(None)
    }

    fn read<T: Deserialize>(&self, name: &str) -> Result<Option<Array<T>>, ReferenceError> {
        let mut archive = self.archive()?;
        let place = self.place(name);
        let member = archive.by_name(&format!("{name}.npy")).map_err(|e| error(&place, e))?;
        array(member, &place)
    }

    /// An array of float32.
    ///
    /// # Errors
    /// If there is none of this name and type.
    pub fn f32(&self, name: &str) -> Result<Array<f32>, ReferenceError> {
        self.read(name)?.ok_or_else(|| error(&self.place(name), "expected float32"))
    }

    /// An array of float64, or of float32 widened.
    ///
    /// # Errors
    /// If there is none of this name and type.
    pub fn f64(&self, name: &str) -> Result<Array<f64>, ReferenceError> {
        if let Some(double) = self.read(name)? {
            return Ok(double);
        }
        let Array { shape, values } = self.f32(name)?;
        Ok(Array { shape, values: values.into_iter().map(f64::from).collect() })
    }

    /// An array of uint8.
    ///
    /// # Errors
    /// If there is none of this name and type.
    pub fn u8(&self, name: &str) -> Result<Array<u8>, ReferenceError> {
        self.read(name)?.ok_or_else(|| error(&self.place(name), "expected uint8"))
    }

    /// An array of int64.
    ///
    /// # Errors
    /// If there is none of this name and type.
    pub fn i64(&self, name: &str) -> Result<Array<i64>, ReferenceError> {
        self.read(name)?.ok_or_else(|| error(&self.place(name), "expected int64"))
    }

    /// Checks that an array of this archive has the shape that it is compared in.
    ///
    /// # Errors
    /// If it has another one.
    pub fn expect_shape<T>(&self, name: &str, array: &Array<T>, shape: &[usize]) -> Result<(), ReferenceError> {
        if array.shape == shape {
            return Ok(());
        }
        Err(error(&self.place(name), format!("expected the shape {shape:?}, found {:?}", array.shape)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures_dir;

    fn gradients() -> Archive {
        Archive::open(fixtures_dir().join("golden/center_gradients.npz")).unwrap()
    }

    #[test]
    fn arrays_have_their_shapes_and_types() {
        let archive = gradients();
        let support = archive.i64("layer1.1.bn2:5/support_rows_cols").unwrap();
        assert_eq!((support.shape, support.values.len()), (vec![4], 4));
        assert_eq!(archive.f64("layer1.1.bn2:5/value").unwrap().shape, Vec::<usize>::new());
        let pixels = Archive::open(fixtures_dir().join("golden/pixels.npz")).unwrap();
        let names = pixels.names().unwrap();
        assert_eq!(names.len(), 6);
        assert_eq!(pixels.u8(&names[0]).unwrap().shape, [128, 128, 3]);
    }

    #[test]
    fn float32_widens_exactly_and_nothing_else_is_converted() {
        let archive = gradients();
        let name = "layer1.1.bn2:5/grad";
        let (single, double) = (archive.f32(name).unwrap(), archive.f64(name).unwrap());
        assert_eq!(single.shape, [3, 128, 128]);
        assert!(single.values.iter().zip(&double.values).all(|(&s, &d)| f64::from(s) == d));
        assert!(gradients().i64(name).is_err());
        assert!(gradients().f32("layer1.1.bn2:5/value").is_err());
        assert!(gradients().f64("layer1.1.bn2:5/support_rows_cols").is_err());
    }

    #[test]
    fn a_missing_array_or_archive_is_refused() {
        assert!(gradients().f64("no such array").is_err());
        assert!(Archive::open(fixtures_dir().join("no such file.npz")).is_err());
    }

    #[test]
    fn another_shape_than_expected_is_refused_with_both() {
        let (archive, name) = (gradients(), "layer1.1.bn2:5/grad");
        let array = archive.f32(name).unwrap();
        assert!(archive.expect_shape(name, &array, &[3, 128, 128]).is_ok());
        let said = archive.expect_shape(name, &array, &[3, 128, 127]).unwrap_err().to_string();
        assert!(said.contains("[3, 128, 127], found [3, 128, 128]") && said.contains(name), "{said}");
    }

    /// What the reader behind would take for ever to read, multiply beyond its integers, or take for another array.
    #[test]
    fn a_header_that_numpy_does_not_write_is_refused_before_it_is_read() {
        let file = |dictionary: &str| {
            let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
            bytes.extend(u16::try_from(dictionary.len()).unwrap().to_le_bytes());
            bytes.extend(dictionary.bytes());
            bytes.extend([0; 8]);
            bytes
        };
        let with = |shape: &str| file(&format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n"));
        assert_eq!(array::<f32>(&with("(2,)")[..], "a").unwrap().unwrap().values, [0.0, 0.0]);
        let brackets = format!("{{'descr': {}", "[".repeat(40));
        let deep = format!("{brackets}{}}}", "{(".repeat(20));
        let claims = ["(0x100000000, 4294967296)", "(3-1,)", "(4294967296, 4294967296)", "(999999,)", "[2]"];
        for bytes in [file(&brackets), file(&deep)].into_iter().chain(claims.map(with)) {
            let said = array::<f32>(&bytes[..], "a").unwrap_err().to_string();
            assert!(said.starts_with("a: expected "), "{said}");
        }
    }
}
