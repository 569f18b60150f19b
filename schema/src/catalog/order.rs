//! The order in which a file has the parts of a service: what one operation needs is close together.

use crate::{Operation, Service, ShapeIndex};
use std::cmp::Reverse;

/// The number of operations from which on a shape stands with others that many operations need.
const FEW: usize = 8;

/// The order of shapes and operations.
pub(super) struct Order {
    /// Shapes that many operations need, the most needed first.
    pub(super) shared: Vec<ShapeIndex>,
    /// The position of each operation with all shapes that its page shows, those with most shapes first.
    pub(super) operations: Vec<(usize, Vec<ShapeIndex>)>,
}

impl Order {
    pub(super) fn of(service: &Service<'_>) -> Self {
        let needed = service
            .operations
            .iter()
            .map(|operation| needed(service, operation));
        let mut operations: Vec<(usize, Vec<ShapeIndex>)> = needed.enumerate().collect();
        let mut users = vec![0_usize; service.shapes.len()];
        for index in operations.iter().flat_map(|(_, needed)| needed) {
            users[*index as usize] += 1;
        }
        let mut shared: Vec<(ShapeIndex, usize)> = (0..).zip(users).collect();
        shared.retain(|(_, users)| *users > FEW);
        shared.sort_unstable_by_key(|(index, users)| (Reverse(*users), *index));
        operations.sort_unstable_by_key(|(at, needed)| (Reverse(needed.len()), *at));
        Order {
            shared: shared.into_iter().map(|(index, _)| index).collect(),
            operations,
        }
    }
}

/// The shapes that the page of an operation shows, in its order.
fn needed(service: &Service<'_>, operation: &Operation<'_>) -> Vec<ShapeIndex> {
    let mut needed = Vec::new();
    let mut seen = vec![false; service.shapes.len()];
    let mut due: Vec<ShapeIndex> = operation
        .output
        .into_iter()
        .chain(operation.input)
        .collect();
    while let Some(index) = due.pop() {
        let Some(seen) = seen.get_mut(index as usize) else {
            continue;
        };
        if !std::mem::replace(seen, true) {
            needed.push(index);
            let members = service.shape(index).members.iter().rev();
            due.extend(members.map(|member| member.target));
        }
    }
    needed
}
