//! How threads share a step: whole groups of rows, as many to each as can be, each row once.

use autodiff::ops::{Binding, Bound, Forward, Input, Kernel, Operation};
use autodiff::{Graph, GraphError, Isa, Plan, Region, Shape, ThreadPoolBuilder, Wanted, Workspace};
use std::any::Any;
use std::sync::{Arc, Mutex};

/// Doubles its input, and notes which rows it was given each time and for how many threads it could have worked apart.
#[derive(Clone, Debug, Default)]
struct Noting {
    together: usize,
    region: Option<Region>,
    rows: Arc<Mutex<Vec<(isize, isize)>>>,
    apart: Arc<Mutex<Vec<usize>>>,
}

impl Operation for Noting {
    fn name(&self) -> &'static str {
        "noting"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        Ok(inputs[0])
    }

    fn input_region(&self, _: usize, region: Region, _: &[Shape], _: Shape) -> Region {
        region
    }

    fn bind(&self, binding: &Binding) -> Bound {
        Bound::Forward(Box::new(Noting { region: Some(binding.region), ..self.clone() }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Kernel for Noting {
    fn shared(&self) -> Option<Region> {
        self.region
    }

    fn rows_together(&self) -> usize {
        self.together
    }

    fn forward_apart(&self, step: &mut Forward<'_>) -> bool {
        self.apart.lock().unwrap().push(1 + step.more.len());
        false
    }

    fn forward(&self, mut step: Forward<'_>) {
        let (region, input) = (step.output.region(), step.input());
        self.rows.lock().unwrap().push((region.top, region.bottom()));
        for y in region.top..region.bottom() {
            for x in region.left..region.right() {
                step.output.pixel_mut(y, x)[0] = 2.0 * input.pixel(y, x)[0];
            }
        }
    }
}

/// The rows that each piece of a region had on so many threads, in order.
fn pieces(threads: usize, together: usize, region: Region) -> Vec<(isize, isize)> {
    let noting = Noting { together, ..Noting::default() };
    let mut graph = Graph::new();
    let shape = Shape::new(40, 3, 1);
    let image = graph.add(Input { shape }, &[]).unwrap();
    let node = graph.add(noting.clone(), &[image]).unwrap();
    let plan = Plan::forward(&graph, &[Wanted { node, region }]).unwrap();
    let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
    let map: Vec<f32> = (0..120_u8).map(f32::from).collect();
    workspace.set_input(image, &map);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    workspace.forward_on(&pool);
    let first = usize::try_from(region.top).unwrap() * 3;
    let expected = &map[first..first + region.height * 3];
    let doubled: Vec<f32> = expected.iter().map(|v| 2.0 * v).collect();
    assert_eq!(workspace.value(node).data(), doubled);
    // First of all the kernel is asked whether it has a better way, with memory for each thread.
    assert_eq!(*noting.apart.lock().unwrap(), [threads]);
    let mut rows = noting.rows.lock().unwrap().clone();
    rows.sort_unstable();
    rows
}

#[test]
fn every_row_is_computed_once_in_whole_groups_and_no_thread_has_two_groups_more_than_another() {
    for threads in [1, 2, 3, 4, 5, 7] {
        for together in [1, 2, 4, 6] {
            for (top, bottom) in [(0, 40), (0, 1), (3, 4), (1, 7), (5, 40), (7, 31)] {
                let rows = pieces(threads, together, Region::between(top, 0, bottom, 3));
                let what = format!("{rows:?}: {threads} threads, {together} rows together");
                assert_eq!((rows[0].0, rows[rows.len() - 1].1), (top, bottom), "{what}");
                assert!(rows.windows(2).all(|w| w[0].1 == w[1].0), "{what}");
                let together = together.cast_signed();
                assert!(rows.windows(2).all(|w| w[1].0 % together == 0), "{what}");
                let groups = |from: isize, to: isize| (to + together - 1) / together - from / together;
                let all = groups(top, bottom).unsigned_abs();
                assert_eq!(rows.len(), all.min(threads), "{what}");
                let each = rows.iter().map(|&(from, to)| groups(from, to));
                let (least, most) = (each.clone().min().unwrap(), each.max().unwrap());
                assert!(most - least <= 1, "{what}");
            }
        }
    }
}
