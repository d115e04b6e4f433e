//! Small pictures for the page: each stands for a file of its own name in `features/`.

use super::Written;
use crate::error::ReportError;
use crate::files::{read_file, read_table};
use crate::layout;
use crate::manifest::Manifest;
use crate::schema::ReceptiveFieldRow;
use image::codecs::png::PngEncoder;
use image::imageops::{FilterType, crop_imm, resize};
use image::{ExtendedColorType, ImageEncoder, RgbImage};
use jpeg_encoder::{ColorType, Encoder};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder};

/// Rows and columns of a thumbnail.
const SIDE: u32 = 128;
/// No fewer rows and columns of a picture are shown.
const LEAST: i64 = 48;
/// Of 100: what the eye does not miss at that size.
const QUALITY: u8 = 84;

/// Writes the thumbnail of each picture of the manifest that lies in the folder, with so many threads, those that are the
/// same left alone; which channels have one, by block and role.
///
/// # Errors
/// If a picture is damaged or a thumbnail cannot be written. One that is missing has none.
#[expect(clippy::expect_used, reason = "where the system gives no thread, scoped threads panic too")]
pub(super) fn write(
    folder: &Path,
    manifest: &Manifest,
    threads: NonZero<usize>,
    written: &mut Written,
) -> Result<Value, ReportError> {
    let seen = fields(folder)?;
    let names: Vec<&String> = manifest.pictures.keys().filter(|name| folder.join(name).exists()).collect();
    let (next, made) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            let thumbnail = of_picture(folder, name, &seen).map(|bytes| (layout::thumbnail(name), bytes));
            if let Ok(mut made) = made.lock() {
                made.push(thumbnail);
            }
        }
    };
    thread::scope(|scope| {
        for index in 0..threads.get().min(names.len()) {
            let named = Builder::new().name(format!("worker {index}"));
            named.spawn_scoped(scope, work).expect("a thread");
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

/// What the center neuron of each role of each block sees: `[top, left, height, width]` in pixels.
pub(super) type Fields = BTreeMap<(String, String), [i64; 4]>;

/// Those of a folder; none where it has no table of them.
///
/// # Errors
/// If the table is damaged.
pub(super) fn fields(folder: &Path) -> Result<Fields, ReportError> {
    let path = folder.join(layout::RECEPTIVE_FIELDS);
    let rows: Vec<ReceptiveFieldRow> = if path.exists() { read_table(&path)? } else { Vec::new() };
    let pixels = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let of =
        |row: ReceptiveFieldRow| ((row.block, row.role), [row.top, row.left, pixels(row.height), pixels(row.width)]);
    Ok(rows.into_iter().map(of).collect())
}

/// The thumbnail of a picture: of one that maximises a center neuron that part which the neuron sees, with a quarter more
/// around it, where that is clearly less than all.
pub(super) fn of_picture(folder: &Path, name: &str, seen: &Fields) -> Result<Vec<u8>, ReportError> {
    let path = folder.join(name);
    let bytes = read_file(&path)?;
    let damaged =
        |e: image::ImageError| ReportError::Damaged { path: path.clone(), expected: "a picture", found: e.to_string() };
    let picture = image::load_from_memory(&bytes).map_err(damaged)?.to_rgb8();
    let whole = picture.width().min(picture.height());
    let field = match name.split('/').collect::<Vec<_>>().as_slice() {
        ["features", block, role, file] if is_of_a_neuron(file) => seen.get(&((*block).to_owned(), (*role).to_owned())),
        _ => None,
    };
    let (x, y, side) = field.map_or((0, 0, whole), |field| part(*field, whole));
    let shown = crop_imm(&picture, x, y, side, side).to_image();
    let side = SIDE.min(side);
    jpeg(&resize(&shown, side, side, FilterType::CatmullRom), &path)
}

/// Whether a picture maximises a center neuron, from whatever seed and in whatever variant.
fn is_of_a_neuron(file: &str) -> bool {
    !file.split('.').any(|part| ["channel", "top", "inhibition"].contains(&part))
}

/// The first column and row, and the side, of the square to show of a picture of so many rows, of a neuron that sees this
/// field of it.
fn part([top, left, height, width]: [i64; 4], whole: u32) -> (u32, u32, u32) {
    let size = i64::from(whole);
    let within = |from: i64, length: i64| (from.clamp(0, size), from.saturating_add(length).clamp(0, size));
    let ((top, bottom), (left, right)) = (within(top, height), within(left, width));
    let side = ((bottom - top).max(right - left) * 5 / 4).max(LEAST.min(size));
    if side * 10 >= size * 9 {
        return (0, 0, whole);
    }
    let from = |first: i64, last: i64| ((first + last - side) / 2).clamp(0, size - side);
    let pixels = |n: i64| u32::try_from(n).unwrap_or(0);
    (pixels(from(left, right)), pixels(from(top, bottom)), pixels(side))
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

/// Where something of a role of a channel is.
type Place = fn(&str, &str, usize) -> PathBuf;

/// Which channels have a picture, a picture of the whole channel, and maps of what Block does in the top nine photographs.
fn there(folder: &Path, manifest: &Manifest) -> Value {
    let mut found = BTreeMap::new();
    for (block, channels) in &manifest.blocks {
        let roles = ["input", "block", "output"].map(|role| {
            let kinds: [(&str, Place); 3] =
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_whole_channels_and_mosaics_are_shown_whole() {
        for file in ["19.png", "19.seed3.png", "19.no-augmentation.png", "19.steps64.png"] {
            assert!(is_of_a_neuron(file), "{file}");
        }
        for file in ["19.channel.png", "19.top.png", "19.inhibition.png"] {
            assert!(!is_of_a_neuron(file), "{file}");
        }
    }

    #[test]
    fn what_is_shown_of_a_picture_is_what_the_neuron_sees_and_a_quarter_more() {
        // 80 of 224 pixels in the middle, and 20, which are too few.
        assert_eq!(part([72, 72, 80, 80], 224), (62, 62, 100));
        assert_eq!(part([102, 102, 20, 20], 224), (88, 88, 48));
        // At an edge, beyond it, and almost all of it.
        assert_eq!(part([0, 124, 80, 80], 224), (114, 0, 100));
        assert_eq!(part([-100, -100, 180, 180], 224), (0, 0, 100));
        assert_eq!(part([30, 30, 170, 170], 224), (0, 0, 224));
        assert_eq!(part([-99, -99, 435, 435], 224), (0, 0, 224));
        // A picture that is smaller than what is shown at least.
        assert_eq!(part([8, 8, 16, 16], 32), (0, 0, 32));
    }
}
