//! What several tests begin with.

use crate::progress::{Event, Observer};
use crate::source::{Loaded, Source};
use report::Manifest;
use serde_json::json;
use std::path::Path;
use std::sync::Mutex;

/// Takes down what happens.
#[derive(Default)]
pub(crate) struct Events(Mutex<Vec<Event>>);

impl Observer for Events {
    fn event(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

impl Events {
    /// Everything so far.
    pub(crate) fn all(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    /// The sentences for the reader.
    pub(crate) fn notices(&self) -> Vec<String> {
        let said = |event| match event {
            Event::Notice(sentence) => Some(sentence),
            _ => None,
        };
        self.all().into_iter().filter_map(said).collect()
    }
}

/// The embedded network, for images of this size.
pub(crate) fn load(size: usize) -> Loaded {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Source::new(&root, None, Some(size)).load().unwrap()
}

/// A manifest of no run, from seed 7, without pictures and files.
pub(crate) fn manifest() -> Manifest {
    let recipe = featviz::Recipe::new(64, 3);
    let manifest = json!({
        "program": "p", "numerics_version": 2,
        "build": { "source_digest": "s", "compiler": "c", "cpu_features": [] },
        "network": {
            "weights": "w", "weights_digest": "d", "widths": [], "input_size": 64, "classes": null, "batch_norm": "separate"
        },
        "images": null, "preset": "quick", "recipe": recipe, "jitter": {}, "seed": 7, "blocks": {}, "channels": [], "pictures": {},
        "not_computed": [], "retried": [], "failed": [], "instruction_set": "portable", "threads": 1, "seconds": { "load": 1.0 }, "made_from": {},
        "files": {}, "digest": "",
    });
    serde_json::from_value(manifest).unwrap()
}
