//! Small pictures for the page: each stands for a file of its own name in `features/`.

use super::Written;
use crate::error::ReportError;
use crate::files::read_file;
use crate::layout;
use crate::manifest::Manifest;
use image::codecs::png::PngEncoder;
use image::imageops::{FilterType, resize};
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use jpeg_encoder::{ColorType, Encoder};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Rows and columns of a thumbnail.
const SIDE: u32 = 128;
/// Of 100: what the eye does not miss at that size.
const QUALITY: u8 = 84;

/// Writes the thumbnail of each picture of the manifest that lies in the folder, those that are the same left alone; which
/// channels have one, by block and role.
///
/// # Errors
/// If a picture is damaged or a thumbnail cannot be written. One that is missing has none.
pub(super) fn write(folder: &Path, manifest: &Manifest, written: &mut Written) -> Result<Value, ReportError> {
    let names: Vec<&String> = manifest.pictures.keys().filter(|name| folder.join(name).exists()).collect();
    let threads = thread::available_parallelism().map_or(1, usize::from).min(8);
    let (next, made) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            let thumbnail = of_picture(folder, name).map(|bytes| (layout::thumbnail(name), bytes));
            if let Ok(mut made) = made.lock() {
                made.push(thumbnail);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let made = made.into_inner().unwrap_or_default();
    let mut all: Vec<(PathBuf, Vec<u8>)> = made.into_iter().collect::<Result<_, ReportError>>()?;
    all.sort();
    for (path, bytes) in all {
        written.put(&path, &bytes)?;
    }
    Ok(there(folder, manifest))
}

pub(super) fn of_picture(folder: &Path, name: &str) -> Result<Vec<u8>, ReportError> {
    let path = folder.join(name);
    let bytes = read_file(&path)?;
    let damaged =
        |e: image::ImageError| ReportError::Damaged { path: path.clone(), expected: "a picture", found: e.to_string() };
    let picture = image::load_from_memory(&bytes).map_err(damaged)?.to_rgb8();
    let side = SIDE.min(picture.width()).min(picture.height());
    jpeg(&resize(&picture, side, side, FilterType::CatmullRom), &path)
}

/// A photograph as a small file: `[side, side, 3]` bytes to JPEG.
///
/// # Errors
/// If there are not as many bytes, or more than 65,535 rows.
pub fn photograph_jpeg(pixels: &[u8], side: usize, path: &Path) -> Result<Vec<u8>, ReportError> {
    let failed = |reason: String| ReportError::Draw { path: path.to_owned(), reason };
    let rows = u32::try_from(side).map_err(|e| failed(e.to_string()))?;
    let picture = RgbImage::from_raw(rows, rows, pixels.to_vec());
    jpeg(&picture.ok_or_else(|| failed(format!("{} bytes for a side of {side}", pixels.len())))?, path)
}

/// A map as a small file: `[side, side, 4]` bytes, the last how opaque, to PNG.
///
/// # Errors
/// If there are not as many bytes.
pub fn map_png(pixels: &[u8], side: usize, path: &Path) -> Result<Vec<u8>, ReportError> {
    let failed = |reason: String| ReportError::Draw { path: path.to_owned(), reason };
    let rows = u32::try_from(side).map_err(|e| failed(e.to_string()))?;
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new(&mut bytes);
    encoder.write_image(pixels, rows, rows, ExtendedColorType::Rgba8).map_err(|e| failed(e.to_string()))?;
    Ok(bytes)
}

fn jpeg(picture: &RgbImage, path: &Path) -> Result<Vec<u8>, ReportError> {
    let failed = |reason: String| ReportError::Draw { path: path.to_owned(), reason };
    let side = |n: u32| u16::try_from(n).map_err(|e| failed(e.to_string()));
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    let mut bytes = Vec::new();
    let encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb).map_err(|e| failed(e.to_string()))?;
    Ok(bytes)
}

/// Which channels have a picture, a picture of the whole channel, and maps of what Block does in the top nine photographs.
fn there(folder: &Path, manifest: &Manifest) -> Value {
    let mut found = BTreeMap::new();
    for (block, channels) in &manifest.blocks {
        let roles = ["input", "block", "output"].map(|role| {
            let kinds: [(&str, fn(&str, &str, usize) -> PathBuf); 3] =
                [("neuron", layout::feature), ("channel", layout::channel_feature), ("maps", layout::maps)];
            // What lies there may be another run's: of pictures the manifest says what this one made.
            let is_there = |path: PathBuf| match path.starts_with(layout::THUMBNAILS) {
                true => manifest.images.is_some() && folder.join(path).exists(),
                false => manifest.pictures.contains_key(&as_listed(&path)) && folder.join(path).exists(),
            };
            let kinds = kinds.map(|(kind, path)| {
                let with = channels.iter().filter(|c| is_there(path(block, role, **c)));
                (kind, with.copied().collect::<Vec<usize>>())
            });
            (role, BTreeMap::from(kinds))
        });
        found.insert(block, BTreeMap::from(roles));
    }
    json!(found)
}

fn as_listed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
