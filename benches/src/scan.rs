//! Center activations of every site for a folder of images, from their files, in one pass; and one pass for each site.

use crate::measure::{Row, Samples};
use crate::progress;
use kernels::Isa;
use resnet::{Block, Role, Site};
use runs::{Activations, Algorithm, Silent, Source, activations};
use std::num::NonZero;
use std::path::Path;
use std::time::Instant;

const ROUNDS: usize = 3;

/// What is scanned, and where the embedded network is.
pub(crate) struct Scanned<'a> {
    pub(crate) weights: Option<&'a Path>,
    pub(crate) images: &'a Path,
    pub(crate) root: &'a Path,
}

pub(crate) fn run(isa: Isa, threads: &[usize], what: &Scanned<'_>, row: &mut dyn FnMut(Row)) -> anyhow::Result<()> {
    let Scanned { weights, images, root } = *what;
    let source = Source::new(root, weights.map(Path::to_owned), None);
    let network = source.clone().load()?.network;
    let architecture = network.architecture();
    let roles = |&block: &Block| Role::ALL.map(|role| architecture.read_site(block, role));
    let mut sites: Vec<Site> = architecture.studied().iter().flat_map(roles).collect();
    sites.retain(|&site| network.require(site).is_ok());
    sites.dedup();
    let folder = tempfile::tempdir()?;
    // Seconds an image, and how many there were.
    let pass = |sites: &[Site], threads: usize| -> anyhow::Result<(f64, usize)> {
        let request = Activations {
            source: source.clone(),
            images: vec![images.to_owned()],
            sites: sites.iter().map(|&site| site.into()).collect(),
            full: false,
            algorithm: Algorithm::Direct,
            threads: NonZero::new(threads).unwrap_or(NonZero::<usize>::MIN),
            isa,
            shard: None,
            out: folder.path().join("activations.npz"),
        };
        let start = Instant::now();
        let scanned = activations(&request, &Silent)?;
        Ok((start.elapsed().as_secs_f64() / scanned.read as f64, scanned.read))
    };
    let mut seconds = vec![Vec::new(); threads.len()];
    let mut read = 0;
    for round in 0..ROUNDS {
        for (seconds, &threads) in seconds.iter_mut().zip(threads) {
            progress(&format!("scan: round {} on {threads} threads", round + 1));
            let (time, images) = pass(&sites, threads)?;
            seconds.push(time);
            read = images;
        }
    }
    let note = format!("{read} images, {} sites", sites.len());
    for (seconds, &threads) in seconds.into_iter().zip(threads) {
        let name = "image, all sites in one pass";
        row(Row::new("scan", name, threads, &Samples::new(seconds)).noting(&note));
    }
    let most = threads.iter().copied().max().unwrap_or(1);
    let mut apart = 0.0;
    for site in &sites {
        progress(&format!("scan: {site} alone"));
        apart += pass(&[*site], most)?.0;
    }
    let name = "image, a pass for each site";
    row(Row::new("scan", name, most, &Samples::new(vec![apart])).noting(&note));
    Ok(())
}
