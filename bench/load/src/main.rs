//! Load on the local endpoint. `load requests SECONDS` and `load changes SECONDS` use the endpoint
//! that the environment names, whose jobs are `job-0` to `job-31`. `load soak JOBS` starts an
//! endpoint with faults, and `load endure SECONDS` starts one after the other. Each prints figures
//! for its caller.

use opsmith_codepipeline::SERVICE;
use opsmith_codepipeline::{
    AcknowledgeThirdPartyJobInput, ActionCategory, ActionOwner, ActionTypeId, Client, Config,
    FailureType, GetThirdPartyJobDetailsInput, PutThirdPartyJobSuccessResultInput,
};
use opsmith_local::codepipeline::jobs::{Job, Jobs, Status};
use opsmith_local::codepipeline::{Endpoint, Options};
use opsmith_local::{Fault, FaultSchedule, REGION};
use opsmith_runtime::identity::Credentials;
use opsmith_runtime::retry::Sleep;
use opsmith_worker::{Ended, Event, Outcome, Worker};
use std::error::Error;
use std::future::Future;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

const TOKEN: &str = "demo-token";
const CONNECTIONS: usize = 32;

type Anyhow = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Anyhow> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["requests", seconds] => requests(&runtime, Duration::from_secs(seconds.parse()?)),
        ["changes", seconds] => runtime.block_on(changes(Duration::from_secs(seconds.parse()?))),
        ["soak", jobs] => {
            let start = Instant::now();
            let Soaked {
                wrong,
                unknown,
                refused,
                left,
            } = runtime.block_on(soak(jobs.parse()?, 0.1))?;
            println!(
                "{wrong} {:.0} {unknown} {refused} {left}",
                start.elapsed().as_secs_f64()
            );
            Ok(())
        }
        ["endure", seconds] => endure(&runtime, Duration::from_secs(seconds.parse()?)),
        _ => Err("load requests SECONDS|changes SECONDS|soak JOBS|endure SECONDS".into()),
    }
}

/// Requests per second over open connections. They are signed beforehand, because the endpoint is
/// measured.
fn requests(runtime: &tokio::runtime::Runtime, time: Duration) -> Result<(), Anyhow> {
    let client = opsmith_runtime::Client::new(&SERVICE, Config::from_env()?);
    let mut threads = Vec::new();
    for number in 0..CONNECTIONS {
        let input = GetThirdPartyJobDetailsInput::new(format!("job-{number}"), TOKEN);
        let request =
            runtime.block_on(client.signed(client.prepare("GetThirdPartyJobDetails", &input)?))?;
        let host = request
            .url
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        let body = request.body.as_bytes().unwrap_or_default();
        let mut head = format!(
            "POST / HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in &request.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let message = [head.as_bytes(), b"\r\n", body].concat();
        let mut stream = TcpStream::connect(&host)?;
        stream.set_nodelay(true)?;
        threads.push(std::thread::spawn(move || -> Result<u64, Anyhow> {
            let start = Instant::now();
            let mut count = 0;
            let mut answer = Vec::new();
            while start.elapsed() < time {
                stream.write_all(&message)?;
                read(&mut stream, &mut answer)?;
                count += 1;
            }
            Ok(count)
        }));
    }
    let mut count = 0;
    for thread in threads {
        count += thread.join().map_err(|_| "a thread panicked")??;
    }
    println!("{}", count as f64 / time.as_secs_f64());
    Ok(())
}

/// Reads one answer, which must be a success.
fn read(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<(), Anyhow> {
    answer.clear();
    let mut chunk = [0; 8192];
    loop {
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Err("the connection was closed".into());
        }
        answer.extend(&chunk[..count]);
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(&answer[..end])?.to_ascii_lowercase();
        if !head.starts_with("http/1.1 200") {
            return Err(String::from_utf8_lossy(answer).into());
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .ok_or("no length")?;
        if answer.len() >= end + 4 + length.parse::<usize>()? {
            return Ok(());
        }
    }
}

/// Requests per second that change a job: each is taken and given back with a continuation token,
/// again and again.
async fn changes(time: Duration) -> Result<(), Anyhow> {
    let client = Client::new(Config::from_env()?);
    let start = Instant::now();
    let turns = (0..CONNECTIONS).map(|number| {
        let client = client.clone();
        tokio::spawn(async move {
            let id = format!("job-{number}");
            let mut changes = 0_u64;
            while start.elapsed() < time {
                let details = client
                    .get_third_party_job_details(GetThirdPartyJobDetailsInput::new(&*id, TOKEN))
                    .await?;
                let nonce = details
                    .job_details
                    .and_then(|details| details.nonce)
                    .ok_or("no nonce")?;
                client
                    .acknowledge_third_party_job(AcknowledgeThirdPartyJobInput::new(
                        &*id, nonce, TOKEN,
                    ))
                    .await?;
                let back =
                    PutThirdPartyJobSuccessResultInput::new(&*id, TOKEN).continuation_token("more");
                client.put_third_party_job_success_result(back).await?;
                changes += 2;
            }
            Ok::<_, Anyhow>(changes)
        })
    });
    let mut changes = 0;
    for turn in turns.collect::<Vec<_>>() {
        changes += turn.await??;
    }
    println!("{}", changes as f64 / start.elapsed().as_secs_f64());
    Ok(())
}

/// Sleeps for almost no time.
#[derive(Debug)]
struct Short;

impl Sleep for Short {
    fn sleep(&self, _: Duration, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(Duration::from_millis(1)))
    }
}

/// The expected state of a job: one in ten fails.
fn expected(id: &str) -> Status {
    if id.ends_with('7') {
        Status::Failed
    } else {
        Status::Succeeded
    }
}

/// Results: the number of jobs in a wrong state, of results that the worker reported as unknown, of
/// refused results, and of jobs left to other workers.
struct Soaked {
    wrong: u64,
    unknown: u64,
    refused: u64,
    left: u64,
}

/// A worker with 64 jobs in progress, while a share of all requests fail.
async fn soak(count: usize, share: f64) -> Result<Soaked, Anyhow> {
    let endpoint = Endpoint::start_with(Options::new().jobs(Jobs::default()))?;
    for number in 0..count {
        endpoint.add(Job {
            id: format!("job-{number}"),
            ..Job::demo()
        })?;
    }
    for fault in [
        Fault::Throttle,
        Fault::Reset,
        Fault::DropResponse,
        Fault::Answer(503, String::new()),
    ] {
        endpoint.inject(fault, FaultSchedule::Share(share / 4.0), "");
    }
    let keys = endpoint.credentials();
    let config = Config::new()
        .region(REGION)
        .endpoint_url(endpoint.url())
        .sleep(Arc::new(Short));
    let keys = Credentials::new(
        &keys.access_key_id,
        keys.secret_access_key.expose(),
        "bench",
    );
    let action_type = ActionTypeId::new(ActionCategory::Test, ActionOwner::ThirdParty, "Demo", "1");
    let [unknown, refused, left] = [(); 3].map(|()| Arc::new(AtomicU64::new(0)));
    let counters = [
        Arc::clone(&unknown),
        Arc::clone(&refused),
        Arc::clone(&left),
    ];
    let worker = Worker::new(
        Client::new(config.credentials(keys)),
        action_type,
        TOKEN.to_owned(),
    )
    .concurrency(64)
    .sleep(Arc::new(Short))
    .once()
    .on_event(move |event| {
        let [unknown, refused, left] = &counters;
        match event {
            Event::Ended(_, Ended::Unknown(_)) => unknown.fetch_add(1, Relaxed),
            Event::Ended(_, Ended::Refused(_)) => refused.fetch_add(1, Relaxed),
            Event::Left(..) => left.fetch_add(1, Relaxed),
            _ => 0,
        };
    });
    let action = |job: opsmith_worker::Job| async move {
        match expected(job.id()) {
            Status::Succeeded => Outcome::success(),
            _ => Outcome::failure(FailureType::JobFailed, "it ends with 7"),
        }
    };
    // A job left to other workers is taken in the next round, as by another worker.
    loop {
        worker.run(action, std::future::pending()).await?;
        let waits = endpoint
            .jobs()
            .iter()
            .any(|entry| matches!(entry.status, Status::Queued | Status::Dispatched));
        if !waits {
            break;
        }
    }
    let wrong = endpoint
        .jobs()
        .iter()
        .filter(|entry| entry.status != expected(&entry.job.id))
        .count() as u64;
    let [unknown, refused, left] = [unknown, refused, left].map(|counter| counter.load(Relaxed));
    Ok(Soaked {
        wrong,
        unknown,
        refused,
        left,
    })
}

/// Rounds of jobs with an endpoint each and a fifth of all requests faulty, for this time. Prints
/// rounds, jobs and their results; then the maximum kilobytes of memory and open files after rounds
/// 3 to 12, and the minimum after the last five.
fn endure(runtime: &tokio::runtime::Runtime, time: Duration) -> Result<(), Anyhow> {
    const ROUND: usize = 2_000;
    let held = || -> Result<(u64, usize), Anyhow> {
        let pages: u64 = std::fs::read_to_string("/proc/self/statm")?
            .split(' ')
            .nth(1)
            .ok_or("no pages")?
            .parse()?;
        Ok((pages * 4, std::fs::read_dir("/proc/self/fd")?.count()))
    };
    let start = Instant::now();
    let mut after = Vec::new();
    let mut all = [0; 4];
    while start.elapsed() < time || after.len() < 4 {
        let Soaked {
            wrong,
            unknown,
            refused,
            left,
        } = runtime.block_on(soak(ROUND, 0.2))?;
        all.iter_mut()
            .zip([wrong, unknown, refused, left])
            .for_each(|(sum, found)| *sum += found);
        after.push(held()?);
    }
    let (rounds, [wrong, unknown, refused, left]) = (after.len(), all);
    let early = after.iter().skip(2).take(10);
    let late = after.iter().rev().take(5);
    let [memory, files] = [
        early.clone().map(|held| held.0).max(),
        early.map(|held| held.1 as u64).max(),
    ]
    .map(Option::unwrap_or_default);
    let [memory_late, files_late] = [
        late.clone().map(|held| held.0).min(),
        late.map(|held| held.1 as u64).min(),
    ]
    .map(Option::unwrap_or_default);
    println!(
        "{rounds} {} {wrong} {unknown} {refused} {left} {memory} {memory_late} {files} {files_late}",
        rounds * ROUND
    );
    Ok(())
}
