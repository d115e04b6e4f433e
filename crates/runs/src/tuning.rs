//! Tuning curves: how the Input and the Block of a channel go together over images (method section 3).

use crate::error::RunError;
use crate::plan::Study;
use crate::progress::Observer;
use crate::scan::{self, Scan};
use crate::source::Loaded;
use analysis::tuning_curve_correlation;
use report::ImagesRecord;
use resnet::{Block, Extent, Isa, Role, Site};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::PathBuf;

/// Spearman's correlation of each channel's Input and Block center activations; channels where it is not defined are left out.
pub(crate) type TuningCurves = BTreeMap<(Block, usize), f64>;

/// Reads the images of a folder at every studied block and correlates Input and Block over those whose Input is positive.
///
/// # Errors
/// If there is no readable image.
pub(crate) fn tuning_curves(
    loaded: &Loaded,
    studies: &[Study],
    folder: &PathBuf,
    (threads, isa): (NonZero<usize>, Isa),
    observer: &dyn Observer,
) -> Result<(TuningCurves, ImagesRecord), RunError> {
    let of = |study: &Study| [Role::Input, Role::Block].map(|role| study.block.read_site(role));
    let sites: Vec<Site> = studies.iter().flat_map(of).collect();
    let entries = scan::entries(std::slice::from_ref(folder))?;
    let scan = Scan {
        loaded,
        sites: &sites,
        extent: Extent::Center,
        threads,
        isa,
    };
    let results = scan.read(&entries, observer)?;
    let (mut names, mut read, mut skipped) = (blake3::Hasher::new(), Vec::new(), Vec::new());
    for (entry, result) in entries.iter().zip(results) {
        match result {
            Ok(values) => {
                names.update(entry.name.as_bytes()).update(b"\n");
                read.push(values);
            }
            Err(error) => skipped.push(error.to_string()),
        }
    }
    if read.is_empty() {
        return Err(RunError::NoImages {
            path: folder.clone(),
            found: entries.len(),
        });
    }
    let mut curves = TuningCurves::new();
    for (at, study) in studies.iter().enumerate() {
        for &channel in &study.channels {
            let of_site = |site: usize| {
                read.iter()
                    .map(|image| image[site][channel])
                    .collect::<Vec<f32>>()
            };
            if let Ok(correlation) =
                tuning_curve_correlation(&of_site(2 * at), &of_site(2 * at + 1))
            {
                curves.insert((study.block, channel), correlation.rho);
            }
        }
    }
    let record = ImagesRecord {
        folder: folder.display().to_string(),
        read: read.len(),
        skipped,
        names_digest: names.finalize().to_hex().to_string(),
    };
    Ok((curves, record))
}
