//! What a workspace holds, keeps and refuses.

use autodiff::ops::{Convolution, Draw, Input, Jitter, MaxPool, Relu};
use autodiff::{Graph, Isa, NodeId, Plan, Region, Shape, Sliding, Wanted, Workspace};
use std::sync::Arc;

/// Jitter, a 3 x 3 maximum and a ReLU on a map of 6 x 6 values; another input is behind nothing.
struct Small {
    graph: Graph,
    image: NodeId,
    unread: NodeId,
    jitter: NodeId,
    last: NodeId,
}

fn small() -> Small {
    let mut graph = Graph::new();
    let shape = Shape::new(6, 6, 1);
    let [image, unread] = [0, 1].map(|_| graph.add(Input { shape }, &[]).unwrap());
    let jitter = graph.add(Jitter::below(3), &[image]).unwrap();
    let pooled = graph.add(MaxPool::new(Sliding::square(3, 1, 1)), &[jitter]).unwrap();
    let last = graph.add(Relu, &[pooled]).unwrap();
    Small { graph, image, unread, jitter, last }
}

fn gradients(small: &Small) -> Arc<Plan> {
    let wanted = Wanted::whole(&small.graph, small.last);
    Arc::new(Plan::with_gradients(&small.graph, wanted, &[small.image]).unwrap())
}

fn forward(small: &Small, wanted: &[Wanted]) -> Workspace {
    let plan = Plan::forward(&small.graph, wanted).unwrap();
    Workspace::new(Arc::new(plan), Isa::best())
}

/// One value, the largest by far, in the first row and column.
fn spot() -> Vec<f32> {
    let mut map = vec![1.0; 36];
    map[0] = 9.0;
    map
}

#[test]
fn buffers_begin_as_zeros() {
    let small = small();
    let mut workspace = Workspace::new(gradients(&small), Isa::best());
    assert_eq!(workspace.value(small.last).data(), [0.0; 36]);
    assert_eq!(workspace.gradient(small.image).data(), [0.0; 36]);
    assert_eq!(workspace.seed().data_mut(), [0.0; 36]);
    workspace.forward();
    workspace.backward();
    assert_eq!(workspace.value(small.last).data(), [0.0; 36]);
    assert_eq!(workspace.gradient(small.image).data(), [0.0; 36]);
}

#[test]
fn taking_up_a_plan_forgets_draws_and_the_seed_even_if_it_is_the_same_one() {
    let small = small();
    let plan = gradients(&small);
    let mut workspace = Workspace::new(Arc::clone(&plan), Isa::best());
    assert!(Arc::ptr_eq(workspace.plan(), &plan));
    let executed = |workspace: &mut Workspace| {
        workspace.set_input(small.image, &spot());
        workspace.forward();
        workspace.backward();
        let moved = workspace.value(small.last).data()[0];
        (moved, workspace.gradient(small.image).data().iter().sum::<f32>())
    };
    workspace.set_draw(small.jitter, Draw::Shift(2, 2));
    workspace.seed().data_mut().fill(1.0);
    // The spot is moved out of sight of the first row and column: their maxima are the zeros that enter, whose gradient
    // ends at the ReLU.
    assert_eq!(executed(&mut workspace), (0.0, 25.0));
    workspace.switch_to(&plan);
    assert_eq!(executed(&mut workspace), (9.0, 0.0));
}

#[test]
fn the_gradient_starts_from_the_seed_one_number_for_each_value_of_the_objective() {
    let small = small();
    let region = Region::between(0, 0, 1, 2);
    let wanted = Wanted { node: small.last, region };
    let plan = Plan::with_gradients(&small.graph, wanted, &[small.image]).unwrap();
    let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
    workspace.set_input(small.image, &spot());
    assert_eq!(workspace.seed().region(), region);
    workspace.seed().data_mut().copy_from_slice(&[2.0, 5.0]);
    workspace.forward();
    workspace.backward();
    // Both maxima are the spot. The seed is the caller's: it is still there for the next execution.
    assert_eq!(workspace.gradient(small.image).pixel(0, 0), [7.0]);
    assert_eq!(workspace.seed().data_mut(), [2.0, 5.0]);
    workspace.backward();
    assert_eq!(workspace.gradient(small.image).pixel(0, 0), [7.0]);
}

#[test]
fn the_gradient_by_the_objective_itself_is_the_seed() {
    let small = small();
    let wanted = Wanted::whole(&small.graph, small.image);
    let plan = Plan::with_gradients(&small.graph, wanted, &[small.image]).unwrap();
    let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
    workspace.seed().data_mut().copy_from_slice(&spot());
    workspace.forward();
    workspace.backward();
    assert_eq!(workspace.gradient(small.image).data(), spot());
}

#[test]
fn an_input_is_zero_beyond_its_map_whatever_another_plan_left_there() {
    let small = small();
    let mut graph = Graph::new();
    let shape = Shape::new(4, 4, 1);
    let image = graph.add(Input { shape }, &[]).unwrap();
    let ones = Convolution::new(vec![1.0; 9], (1, 1), Sliding::square(3, 1, 1), None).unwrap();
    let sum = graph.add(ones, &[image]).unwrap();
    let padded = Arc::new(Plan::forward(&graph, &[Wanted::whole(&graph, sum)]).unwrap());
    assert_eq!(padded.region(image), Region::between(-1, -1, 5, 5));
    assert_eq!(padded.region_inside(image), shape.region());
    let mut workspace = forward(&small, &[Wanted::whole(&small.graph, small.last)]);
    workspace.set_input(small.image, &[50.0; 36]);
    workspace.forward();
    workspace.switch_to(&padded);
    for at in [(-1, -1), (-1, 4), (4, -1), (4, 4), (-1, 2), (2, 4)] {
        assert_eq!(workspace.value(image).pixel(at.0, at.1), [0.0], "{at:?}");
    }
    workspace.set_input(image, &[1.0; 16]);
    workspace.forward();
    let expected = [4.0, 6.0, 6.0, 4.0, 6.0, 9.0, 9.0, 6.0, 6.0, 9.0, 9.0, 6.0, 4.0, 6.0, 6.0, 4.0];
    assert_eq!(workspace.value(sum).data(), expected);
}

#[test]
fn an_input_is_exchanged_with_the_callers_own() {
    let small = small();
    let mut workspace = Workspace::new(gradients(&small), Isa::best());
    let mut map = spot();
    workspace.swap_input(small.image, &mut map);
    assert_eq!(map, [0.0; 36]);
    workspace.forward();
    assert_eq!(workspace.at(small.last, Region::position(1, 1)), [9.0]);
    workspace.swap_input(small.image, &mut map);
    assert_eq!(map, spot());
}

#[test]
fn a_plan_without_a_wanted_value_computes_nothing() {
    let small = small();
    let plan = Plan::forward(&small.graph, &[]).unwrap();
    assert!(plan.region(small.image).is_empty() && plan.region(small.last).is_empty());
    assert_eq!(Plan::workspace_bytes([&plan].into_iter()), 0);
}

#[test]
fn a_node_wanted_twice_is_computed_on_the_smallest_region_that_holds_both() {
    let small = small();
    let wanted = [(0, 1), (4, 3)].map(|(y, x)| Wanted { node: small.last, region: Region::position(y, x) });
    let workspace = forward(&small, &wanted);
    assert_eq!(workspace.plan().region(small.last), Region::between(0, 1, 5, 4));
}

/// Runs what must panic, and gives its message.
fn panic_of(run: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(run).unwrap_err();
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().unwrap()).to_owned(),
    }
}

#[test]
fn asking_for_what_the_plan_does_not_have_panics_and_says_what_it_is() {
    type Way = fn(&Small, &mut Workspace);
    let ways: [(Way, &str); 7] = [
        (
            |s, w| {
                let _ = w.input_mut(s.unread);
            },
            "an input that the plan needs",
        ),
        (|s, w| w.set_input(s.unread, &[0.0; 36]), "an input that the plan needs"),
        (|s, w| w.swap_input(s.unread, &mut vec![0.0; 36]), "an input that the plan needs"),
        (
            |_, w| {
                let _ = w.seed();
            },
            "a plan with gradients",
        ),
        (
            |s, w| {
                let _ = w.value(s.unread);
            },
            "a value that the plan stores",
        ),
        (
            |s, w| {
                let _ = w.gradient(s.image);
            },
            "an input that the plan has a gradient for",
        ),
        (|s, w| w.set_input(s.image, &[0.0; 35]), "35"),
    ];
    for (way, expected) in ways {
        let said = panic_of(move || {
            let small = small();
            way(&small, &mut forward(&small, &[Wanted::whole(&small.graph, small.last)]));
        });
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn only_an_input_that_is_needed_whole_is_exchanged_and_only_for_one_of_its_length() {
    let said = panic_of(|| {
        let small = small();
        let wanted = Wanted { node: small.last, region: Region::position(5, 5) };
        forward(&small, &[wanted]).swap_input(small.image, &mut spot());
    });
    assert!(said.contains("an input that the plan needs all of"), "{said}");
    let said = panic_of(|| {
        let small = small();
        let wanted = Wanted::whole(&small.graph, small.last);
        forward(&small, &[wanted]).swap_input(small.image, &mut vec![0.0; 37]);
    });
    assert!(said.contains("values of an input"), "{said}");
}
