//! The operations of workers: from typed inputs to the state machine, and back to typed outputs.

mod convert;
mod custom;
mod third_party;

use std::time::SystemTime;

use opsmith_codepipeline as api;
use opsmith_codepipeline::SERVICE;
use opsmith_runtime::schema::ShapeIndex;
use opsmith_runtime::validate::{Violation, validate};
use opsmith_runtime::visit::{Visit, Visitor};

use super::State;
use super::jobs::{self, ActionType, JobError, Jobs};
use crate::backend::{Call, ServiceError};
use crate::ids::Ids;

/// What an operation works on.
struct JobCall<'a> {
    jobs: &'a mut Jobs,
    ids: &'a mut Ids,
    now: SystemTime,
}

/// Does an operation; returns the answer's body.
type Run = fn(&mut JobCall<'_>, &Call<'_>) -> Result<Vec<u8>, ServiceError>;

const OPERATIONS: &[(&str, Run)] = &[
    ("AcknowledgeJob", |jobs, call| {
        answer(jobs, call, custom::acknowledge)
    }),
    ("AcknowledgeThirdPartyJob", |jobs, call| {
        answer(jobs, call, third_party::acknowledge)
    }),
    ("GetJobDetails", |jobs, call| {
        answer(jobs, call, custom::details)
    }),
    ("GetThirdPartyJobDetails", |jobs, call| {
        answer(jobs, call, third_party::details)
    }),
    ("PollForJobs", |jobs, call| answer(jobs, call, custom::poll)),
    ("PollForThirdPartyJobs", |jobs, call| {
        answer(jobs, call, third_party::poll)
    }),
    ("PutJobFailureResult", |jobs, call| {
        end(jobs, call, custom::put_failure)
    }),
    ("PutJobSuccessResult", |jobs, call| {
        end(jobs, call, custom::put_success)
    }),
    ("PutThirdPartyJobFailureResult", |jobs, call| {
        end(jobs, call, third_party::put_failure)
    }),
    ("PutThirdPartyJobSuccessResult", |jobs, call| {
        end(jobs, call, third_party::put_success)
    }),
];

/// The names of the operations.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().map(|(name, _)| *name)
}

/// Does the operation of a call.
pub(super) fn run(state: &mut State, call: &Call<'_>) -> Result<Vec<u8>, ServiceError> {
    let found = OPERATIONS
        .iter()
        .find(|(name, _)| *name == call.operation.name);
    let Some((_, run)) = found else {
        let names: Vec<_> = names().collect();
        return Err(ServiceError::not_implemented(call.operation.name, &names));
    };
    let mut jobs = JobCall {
        jobs: &mut state.jobs,
        ids: &mut state.ids,
        now: call.now,
    };
    run(&mut jobs, call)
}

/// Does an operation that answers with an output.
fn answer<I: Visitor + Default, O: Visit>(
    jobs: &mut JobCall<'_>,
    call: &Call<'_>,
    run: fn(&mut JobCall<'_>, I) -> Result<O, JobError>,
) -> Result<Vec<u8>, ServiceError> {
    call.output(&run(jobs, call.input()?)?)
}

/// Does an operation that answers with nothing.
fn end<I: Visitor + Default>(
    jobs: &mut JobCall<'_>,
    call: &Call<'_>,
    run: fn(&mut JobCall<'_>, I) -> Result<(), JobError>,
) -> Result<Vec<u8>, ServiceError> {
    run(jobs, call.input()?)?;
    Ok(Vec::new())
}

impl From<JobError> for ServiceError {
    fn from(error: JobError) -> Self {
        ServiceError::new(error.code(), error.to_string())
    }
}

/// What is wrong with the requests by which a worker polls for a job and takes it.
pub(super) fn violations(job: &jobs::Job) -> Vec<Violation> {
    let found = |operation: &str, input: &dyn Visit| {
        let shape = SERVICE
            .operation(operation)
            .and_then(|operation| operation.input)
            .unwrap_or(ShapeIndex::MAX);
        validate(input, &SERVICE, shape)
    };
    let jobs::Job {
        id,
        client,
        action_type,
        ..
    } = job.clone().completed(|| Ids::default().fresh());
    let ActionType {
        category,
        owner,
        provider,
        version,
    } = action_type;
    let category = api::ActionCategory::from_wire(&category);
    let owner = api::ActionOwner::from_wire(&owner);
    let action_type = api::ActionTypeId::new(category, owner, provider, version);
    let mut wrong = found("PollForJobs", &api::PollForJobsInput::new(action_type));
    wrong.extend(match client {
        Some(client) => {
            let input = api::AcknowledgeThirdPartyJobInput::new(id, "nonce", client.token.expose());
            found("AcknowledgeThirdPartyJob", &input)
        }
        None => found(
            "AcknowledgeJob",
            &api::AcknowledgeJobInput::new(id, "nonce"),
        ),
    });
    wrong
}
