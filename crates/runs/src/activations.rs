//! Activations of chosen sites for images, as a NumPy archive.

use crate::error::RunError;
use crate::progress::Observer;
use crate::scan::{self, Scan};
use crate::source::Source;
use npyz::WriterBuilder;
use resnet::{Extent, Isa, Shape, Site};
use std::io::{Cursor, Write};
use std::num::NonZero;
use std::path::PathBuf;
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
    let loaded = request.source.clone().load()?;
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
        extent: if request.full {
            Extent::Whole
        } else {
            Extent::Center
        },
        threads: request.threads,
        isa: request.isa,
    };
    let results = scan.read(&entries, observer)?;

    let (mut names, mut values, mut skipped) = (
        Vec::new(),
        vec![Vec::new(); request.sites.len()],
        Vec::new(),
    );
    for (entry, result) in entries.iter().zip(results) {
        match result {
            Ok(sites) => {
                names.push(entry.name.as_str());
                for (all, one) in values.iter_mut().zip(sites) {
                    all.extend(one);
                }
            }
            Err(error) => skipped.push(error.to_string()),
        }
    }
    if names.is_empty() {
        return Err(RunError::NoImages {
            path: request.images.first().cloned().unwrap_or_default(),
            found: entries.len(),
        });
    }
    let shapes = scan.reader()?.shapes().to_vec();
    let archive = to_archive(&shapes, request.full, &names, &values);
    report::write_atomically(&request.out, &archive.map_err(write)?).map_err(write)?;
    Ok(Scanned {
        read: names.len(),
        skipped,
        shapes,
    })
}

/// An array as NumPy's `.npy`, row-major.
pub(crate) fn npy<'a>(
    shape: &[usize],
    values: impl IntoIterator<Item = &'a f32>,
) -> std::io::Result<Vec<u8>> {
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

fn to_archive(
    shapes: &[(Site, Shape)],
    full: bool,
    names: &[&str],
    values: &[Vec<f32>],
) -> std::io::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(true);
    for ((site, shape), values) in shapes.iter().zip(values) {
        zip.start_file(format!("{site}.npy"), options)
            .map_err(std::io::Error::other)?;
        let mut sizes = vec![names.len(), shape.channels];
        if full {
            sizes.extend([shape.height, shape.width]);
        }
        zip.write_all(&npy(&sizes, values)?)?;
    }
    zip.start_file("images.npy", options)
        .map_err(std::io::Error::other)?;
    zip.write_all(&unicode_array(names)?)?;
    Ok(zip.finish().map_err(std::io::Error::other)?.into_inner())
}

/// An array of NumPy's fixed-width Unicode strings: four bytes a character, padded with zeros.
fn unicode_array(names: &[&str]) -> std::io::Result<Vec<u8>> {
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
    let length = u16::try_from(header.len() + padding + 1).map_err(std::io::Error::other)?;
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
