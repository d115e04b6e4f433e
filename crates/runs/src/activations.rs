//! Activations of chosen sites for images, as a NumPy archive.

use crate::error::RunError;
use crate::folder::apart;
use crate::photographs::scan::{Listing, Scan};
use crate::progress::{Event, Observer};
use crate::shards::Shard;
use crate::source::{Loaded, Source};
use crate::store::{Archive, Known, Part, Place};
use resnet::{Algorithm, Extent, Isa, Shape, Site, SiteName, UnknownSite, View};
use std::fs::File;
use std::io;
use std::num::NonZero;
use std::ops::Range;
use std::path::PathBuf;

/// What to read.
#[derive(Clone, Debug)]
pub struct Activations {
    /// The network.
    pub source: Source,
    /// Images, or folders of images.
    pub images: Vec<PathBuf>,
    /// The sites.
    pub sites: Vec<SiteName>,
    /// Whole maps instead of center neurons.
    pub full: bool,
    /// How to compute convolutions.
    pub algorithm: Algorithm,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// The instruction set to use.
    pub isa: Isa,
    /// The part of the images to read, if no archive is to be written but what was read kept beside it.
    pub shard: Option<Shard>,
    /// The archive to write.
    pub out: PathBuf,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// Images whose activations were written, or kept for the archive.
    pub read: usize,
    /// Images that could not be read, each as one sentence.
    pub skipped: Vec<String>,
    /// Each site with the shape of its whole map.
    pub shapes: Vec<(Site, Shape)>,
    /// Of each site, in how many images activations are not finite, and the first of these images.
    pub not_finite: Vec<(Site, usize, String)>,
}

/// Reads every image at every site and writes `[images, channels]` float32 under each site's name, or with `full`
/// `[images, channels, height, width]`, and the file names in order as `images`.
///
/// Images are resized and cropped as the network's preprocessing says (METHOD.md, sections 3 and 7). Those that cannot be read are reported and left out. Until the archive is whole, what was read is kept
/// beside it in `<archive>.<key>.part`: an interrupted command goes on there. A shard reads its part of the images and
/// leaves it there too; the command without a shard takes what is there, reads what is missing, and writes the archive.
///
/// # Errors
/// If the network or every image is unusable, a site is missing or named twice, or the archive cannot be written.
pub fn activations(request: &Activations, observer: &dyn Observer) -> Result<Scanned, RunError> {
    let loaded = request.source.clone().load()?.computed(request.algorithm)?;
    loaded.tell(observer);
    let sites = sites(&loaded, &request.sites)?;
    apart::require_file(&request.out, &request.images)?;
    let mut entries = Listing::of(&request.images)?;
    if let Some(shard) = request.shard {
        entries = entries.of_shard(shard);
    }
    if !entries.passed_over().is_empty() {
        observer.event(Event::Notice(entries.passed_over().to_string()));
    }
    // A folder that cannot be written to should not cost the whole computation.
    let write = RunError::write(&request.out);
    report::check_writable(&request.out).map_err(write)?;
    let scan = Scan {
        loaded: &loaded,
        sites: &sites,
        view: View::Plain,
        extent: if request.full { Extent::Whole } else { Extent::Center },
        threads: request.threads,
        isa: request.isa,
    };
    let shapes = scan.reader()?.shapes().to_vec();
    let part = Part::begin(&request.out, &scan.key(), request.shard)?;
    let (mut digests, mut unread, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    let (journal, mut before) = scan.journal(part.path())?;
    for of_shard in part.of_shards()? {
        // What cannot be read is read from the images.
        let _ = before.add(&of_shard);
    }
    if !before.is_empty() {
        observer.event(Event::Notice(format!(
            "{}: goes on after {} that an earlier run read",
            part.path().display(),
            report::counted(before.len(), "image")
        )));
    }
    let mut overflown = Overflown::new(&shapes, request.full);
    let kept = scan.read_once(&entries, (journal, before), observer, |at, digest, read| {
        match read {
            Ok(values) => {
                overflown.note(&values, || entries.entry(at).name);
                digests.push(digest);
            }
            Err(error) => {
                skipped.push(error.to_string());
                unread.push(at);
            }
        }
        Ok(())
    })?;
    for flaw in &kept.flawed {
        observer.event(Event::Notice(flaw.clone()));
    }
    let names = entries.without(&unread);
    if request.shard.is_some() {
        return Ok(Scanned { read: names.len(), skipped, shapes, not_finite: overflown.found() });
    }
    if names.is_empty() {
        part.end()?;
        return Err(RunError::NoImages {
            path: request.images.first().cloned().unwrap_or_default(),
            found: entries.len(),
        });
    }
    report::write_atomically_with(&request.out, |file| {
        let place =
            |digest| kept.known.place(digest).ok_or_else(|| io::Error::other("what was read of an image is gone"));
        let places: Vec<Place> = digests.iter().map(place).collect::<Result<_, _>>()?;
        drop(digests);
        archive(file, &shapes, request.full, &Images { names: &names, places: &places, known: &kept.known })
    })
    .map_err(write)?;
    drop(kept);
    part.end()?;
    Ok(Scanned { read: names.len(), skipped, shapes, not_finite: overflown.found() })
}

/// The sites that are asked for, each once.
fn sites(loaded: &Loaded, all: &[SiteName]) -> Result<Vec<Site>, RunError> {
    let mut sites = Vec::new();
    for asked in all {
        let unknown = |e: UnknownSite| RunError::Site { sentence: format!("--sites: {e}") };
        let site = loaded.architecture().site(asked).map_err(unknown)?;
        if sites.contains(&site) {
            return Err(RunError::SiteTwice { site });
        }
        loaded.network.require(site).map_err(|e| loaded.because(e))?;
        sites.push(site);
    }
    Ok(sites)
}

/// At which sites activations are beyond what single precision holds.
struct Overflown {
    sites: Vec<(Site, Range<usize>, usize, String)>,
}

impl Overflown {
    fn new(shapes: &[(Site, Shape)], full: bool) -> Overflown {
        let mut end = 0;
        let of_site = |&(site, shape): &(Site, Shape)| {
            let each = if full { shape.height * shape.width } else { 1 };
            let first = end;
            end += shape.channels * each;
            (site, first..end, 0, String::new())
        };
        Overflown { sites: shapes.iter().map(of_site).collect() }
    }

    /// Looks at the values of one image, a site after another.
    fn note(&mut self, values: &[f32], image: impl Fn() -> String) {
        for (_, range, images, first) in &mut self.sites {
            if values[range.clone()].iter().any(|value| !value.is_finite()) {
                if *images == 0 {
                    *first = image();
                }
                *images += 1;
            }
        }
    }

    fn found(self) -> Vec<(Site, usize, String)> {
        let found = self.sites.into_iter().filter(|(.., images, _)| *images > 0);
        found.map(|(site, _, images, first)| (site, images, first)).collect()
    }
}

/// The images that were read, in order, and what was read of them.
struct Images<'a> {
    names: &'a Listing,
    places: &'a [Place],
    known: &'a Known,
}

/// Writes the archive: one site after another, where a scan gave one image after another.
fn archive(to: &mut File, shapes: &[(Site, Shape)], full: bool, images: &Images<'_>) -> io::Result<()> {
    let mut archive = Archive::new(to);
    let mut first = 0;
    for &(site, shape) in shapes {
        let mut sizes = vec![images.places.len(), shape.channels];
        if full {
            sizes.extend([shape.height, shape.width]);
        }
        let values = first..first + sizes[1..].iter().product::<usize>();
        first = values.end;
        let pieces = images.places.iter().map(|&place| images.known.part(place, values.clone()));
        let sizes: Vec<u64> = sizes.iter().map(|&n| n as u64).collect();
        archive.add(&site.to_string(), &sizes, pieces)?;
    }
    archive.add_names("images", || images.names.iter().map(|entry| entry.name))?;
    archive.finish()
}

#[cfg(test)]
mod tests;
