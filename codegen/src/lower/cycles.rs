//! Which members need a box: those through which a structure contains itself, with no list or map
//! between.

use std::collections::BTreeSet;

/// Edges of a graph that lie on a cycle, given the successors of each node.
///
/// An edge lies on a cycle when both ends are in one strongly connected component; components are
/// found by Tarjan's algorithm, without recursion, since a model may be deep.
pub(crate) fn cyclic_edges(successors: &[Vec<usize>]) -> BTreeSet<(usize, usize)> {
    let component = components(successors);
    let edges = successors
        .iter()
        .enumerate()
        .flat_map(|(from, to)| to.iter().map(move |to| (from, *to)));
    edges
        .filter(|(from, to)| component.get(*from) == component.get(*to))
        .collect()
}

const UNSEEN: usize = usize::MAX;

struct Tarjan<'a> {
    successors: &'a [Vec<usize>],
    order: Vec<usize>,
    low: Vec<usize>,
    component: Vec<usize>,
    stack: Vec<usize>,
    count: usize,
}

/// The number of the strongly connected component of each node.
fn components(successors: &[Vec<usize>]) -> Vec<usize> {
    let unseen = vec![UNSEEN; successors.len()];
    let mut tarjan = Tarjan {
        successors,
        order: unseen.clone(),
        low: unseen.clone(),
        component: unseen,
        stack: Vec::new(),
        count: 0,
    };
    for node in 0..successors.len() {
        if tarjan.order[node] == UNSEEN {
            tarjan.visit(node);
        }
    }
    tarjan.component
}

impl Tarjan<'_> {
    fn enter(&mut self, node: usize) {
        self.order[node] = self.count;
        self.low[node] = self.count;
        self.count += 1;
        self.stack.push(node);
    }

    fn visit(&mut self, root: usize) {
        self.enter(root);
        let mut path = vec![(root, 0)];
        while let Some((node, at)) = path.last_mut() {
            let node = *node;
            match self.successors[node].get(*at) {
                Some(&next) => {
                    *at += 1;
                    if self.order[next] == UNSEEN {
                        self.enter(next);
                        path.push((next, 0));
                    } else if self.component[next] == UNSEEN {
                        self.low[node] = self.low[node].min(self.order[next]);
                    }
                }
                None => {
                    path.pop();
                    if let Some((parent, _)) = path.last() {
                        self.low[*parent] = self.low[*parent].min(self.low[node]);
                    }
                    self.close(node);
                }
            }
        }
    }

    /// Ends a component when the node is the first of it.
    fn close(&mut self, node: usize) {
        if self.low[node] != self.order[node] {
            return;
        }
        while let Some(member) = self.stack.pop() {
            self.component[member] = node;
            if member == node {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_on_cycles() {
        // 0 → 1 → 2 → 0, 2 → 3, 3 → 3, 4 → 0
        let edges = cyclic_edges(&[vec![1], vec![2], vec![0, 3], vec![3], vec![0]]);
        assert_eq!(edges, BTreeSet::from([(0, 1), (1, 2), (2, 0), (3, 3)]));
    }

    #[test]
    fn a_long_chain_does_not_overflow_the_stack() {
        let mut chain: Vec<Vec<usize>> = (1..200_000).map(|next| vec![next]).collect();
        chain.push(vec![0]);
        assert_eq!(cyclic_edges(&chain).len(), 200_000);
    }
}
