//! Activations of chosen sites for images, as a NumPy archive.

use crate::error::RunError;
use crate::progress::Observer;
use crate::scan::{self, Scan};
use crate::source::Source;
use npyz::WriterBuilder;
use resnet::{Algorithm, Extent, Isa, Shape, Site, View};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What to read.
#[derive(Clone, Debug)]
pub struct Activations {
    /// The network.
    pub source: Source,
    /// Images, or folders of images.
    pub images: Vec<PathBuf>,
    /// The sites.
    pub sites: Vec<Site>,
    /// Whole maps instead of center neurons.
    pub full: bool,
    /// How to compute convolutions.
    pub algorithm: Algorithm,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// The instruction set to use.
    pub isa: Isa,
    /// The archive to write.
    pub out: PathBuf,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// Images whose activations were written.
    pub read: usize,
    /// Images that could not be read, each as one sentence.
    pub skipped: Vec<String>,
    /// Each site with the shape of its whole map.
    pub shapes: Vec<(Site, Shape)>,
}

/// Reads every image at every site and writes `[images, channels]` float32 under each site's name, or with `full`
/// `[images, channels, height, width]`, and the file names in order as `images`.
///
/// Images are resized so that their shorter side is `input size * 256 / 224` and cropped to the input size (method section 3).
/// Those that cannot be read are reported and left out.
///
/// # Errors
/// If the network or every image is unusable, a site is missing, or the archive cannot be written.
pub fn activations(request: &Activations, observer: &dyn Observer) -> Result<Scanned, RunError> {
    let loaded = request.source.clone().load()?.computed(request.algorithm)?;
    for &site in &request.sites {
        loaded
            .network
            .require(site)
            .map_err(|e| loaded.because(e))?;
    }
    let entries = scan::entries(&request.images)?;
    // A folder that cannot be written to should not cost the whole computation.
    let write = |source| RunError::Write {
        path: request.out.clone(),
        source,
    };
    report::check_writable(&request.out).map_err(write)?;
    let scan = Scan {
        loaded: &loaded,
        sites: &request.sites,
        view: View::Plain,
        extent: if request.full {
            Extent::Whole
        } else {
            Extent::Center
        },
        threads: request.threads,
        isa: request.isa,
    };
    let shapes = scan.reader()?.shapes().to_vec();
    let folder = request.out.parent().filter(|f| !f.as_os_str().is_empty());
    let mut spool =
        Spool::new(&shapes, request.full, folder.unwrap_or(Path::new("."))).map_err(write)?;
    let (mut names, mut skipped) = (Vec::new(), Vec::new());
    scan.read(&entries, observer, |at, read| {
        match read {
            Ok(values) => {
                names.push(entries[at].name.as_str());
                spool.add(&values).map_err(write)?;
            }
            Err(error) => skipped.push(error.to_string()),
        }
        Ok(())
    })?;
    if names.is_empty() {
        return Err(RunError::NoImages {
            path: request.images.first().cloned().unwrap_or_default(),
            found: entries.len(),
        });
    }
    report::write_atomically_with(&request.out, |file| spool.archive(&names, file))
        .map_err(write)?;
    Ok(Scanned {
        read: names.len(),
        skipped,
        shapes,
    })
}

/// The values of each site in a file of its own without a name, which the system removes whatever happens: an archive holds one site after
/// another, and a scan gives one image after another.
struct Spool {
    sites: Vec<(Site, Vec<u64>, BufWriter<File>)>,
}

impl Spool {
    fn new(shapes: &[(Site, Shape)], full: bool, folder: &Path) -> io::Result<Spool> {
        let mut sites = Vec::new();
        for &(site, shape) in shapes {
            let mut sizes = vec![shape.channels as u64];
            if full {
                sizes.extend([shape.height as u64, shape.width as u64]);
            }
            let file = tempfile::tempfile_in(folder)?;
            sites.push((site, sizes, BufWriter::new(file)));
        }
        Ok(Spool { sites })
    }

    /// Adds the values of an image, a site after another.
    fn add(&mut self, mut values: &[f32]) -> io::Result<()> {
        for (_, sizes, file) in &mut self.sites {
            let count: u64 = sizes.iter().product();
            let (of_site, rest) =
                values.split_at(usize::try_from(count).map_err(io::Error::other)?);
            for value in of_site {
                file.write_all(&value.to_le_bytes())?;
            }
            values = rest;
        }
        Ok(())
    }

    /// Writes the archive.
    fn archive(self, names: &[&str], to: &mut File) -> io::Result<()> {
        let mut zip = ZipWriter::new(to);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(true);
        for (site, sizes, file) in self.sites {
            let mut values = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            values.rewind()?;
            zip.start_file(format!("{site}.npy"), options)?;
            let shape: Vec<u64> = std::iter::once(names.len() as u64).chain(sizes).collect();
            // Value by value would be a system call and a check sum each.
            let mut buffered = BufWriter::new(&mut zip);
            let mut writer = npyz::WriteOptions::<f32>::new()
                .default_dtype()
                .shape(&shape)
                .writer(&mut buffered)
                .begin_nd()?;
            let (mut values, mut bytes) = (BufReader::new(values), [0; 4]);
            for _ in 0..shape.iter().product() {
                values.read_exact(&mut bytes)?;
                writer.push(&f32::from_le_bytes(bytes))?;
            }
            writer.finish()?;
            buffered.flush()?;
        }
        zip.start_file("images.npy", options)?;
        zip.write_all(&unicode_array(names)?)?;
        zip.finish()?;
        Ok(())
    }
}

/// An array as NumPy's `.npy`, row-major.
pub(crate) fn npy<'a>(
    shape: &[usize],
    values: impl IntoIterator<Item = &'a f32>,
) -> io::Result<Vec<u8>> {
    let shape: Vec<u64> = shape.iter().map(|&n| n as u64).collect();
    let mut bytes = Vec::new();
    let mut writer = npyz::WriteOptions::new()
        .default_dtype()
        .shape(&shape)
        .writer(&mut bytes)
        .begin_nd()?;
    writer.extend(values)?;
    writer.finish()?;
    Ok(bytes)
}

/// An array of NumPy's fixed-width Unicode strings: four bytes a character, padded with zeros.
fn unicode_array(names: &[&str]) -> io::Result<Vec<u8>> {
    let width = names
        .iter()
        .map(|n| n.chars().count())
        .max()
        .unwrap_or(0)
        .max(1);
    let header = format!(
        "{{'descr': '<U{width}', 'fortran_order': False, 'shape': ({},), }}",
        names.len()
    );
    // Magic, version and length take ten bytes; data begins at a multiple of 64, after a line feed.
    let padding = (64 - (10 + header.len() + 1) % 64) % 64;
    let length = u16::try_from(header.len() + padding + 1).map_err(io::Error::other)?;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(length.to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(std::iter::repeat_n(b' ', padding));
    bytes.push(b'\n');
    for name in names {
        let characters = name
            .chars()
            .map(u32::from)
            .chain(std::iter::repeat(0))
            .take(width);
        bytes.extend(characters.flat_map(u32::to_le_bytes));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_padded_to_the_longest_character_by_character() {
        let bytes = unicode_array(&["a", "é2"]).unwrap();
        assert_eq!((bytes.len() - 16) % 64, 0);
        let data = &bytes[bytes.len() - 16..];
        let characters: Vec<u32> = data
            .as_chunks::<4>()
            .0
            .iter()
            .map(|&b| u32::from_le_bytes(b))
            .collect();
        assert_eq!(characters, [97, 0, 233, 50]);
    }
}
