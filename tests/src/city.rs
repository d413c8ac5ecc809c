use std::{
    path::Path,
    process::{Command, Output},
};

use scratch::ServerDatabase;
use tempfile::TempDir;

use crate::{
    Answer, Store, eventually,
    process::{Process, binary, run},
};

/// How to start a city.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// More arguments for `turkistan serve`.
    pub arguments: Vec<String>,
    /// A mail server, `smtp://host:port`.
    pub smtp_url: Option<String>,
    /// Whether its disk is going to be full ([`City::limit_files`]).
    pub disk_fills: bool,
}

impl Options {
    fn mail(&self) -> Vec<String> {
        self.smtp_url.iter().flat_map(|url| ["--smtp-url".to_owned(), url.clone()]).collect()
    }
}

/// A running city.
pub struct City {
    /// Where it answers.
    pub url: String,
    /// Its data folder.
    pub data: TempDir,
    store: Store,
    options: Options,
    process: Process,
    /// Dropped after the process that uses it.
    _database: Option<ServerDatabase>,
    http: reqwest::Client,
}

impl City {
    /// Starts a demo city on a copy of the template.
    pub async fn start(store: &Store, options: Options) -> City {
        let data = tempfile::tempdir().expect("a temporary folder");
        let (store, database) = store.fresh_city(data.path());
        let process = serve(&store, data.path(), &options);
        let city = City { url: process.url.clone(), data, store, options, process, _database: database, http: client() };
        city.until_ready().await;
        city
    }

    async fn until_ready(&self) {
        eventually("the city is ready", || async { self.ready().await.then_some(()) }).await;
    }

    /// Whether `/health/ready` says so.
    pub async fn ready(&self) -> bool {
        let answer = self.http.get(format!("{}/health/ready", self.url)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// Starts the city again on what is on disk.
    pub async fn restart(&mut self) {
        self.launch();
        self.until_ready().await;
    }

    /// Starts the city again and does not wait until it is ready.
    pub fn launch(&mut self) {
        self.kill();
        self.process = serve(&self.store, self.data.path(), &self.options);
        self.url = self.process.url.clone();
    }

    /// Kills the city as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Another server on the city's PostgreSQL database, which it reaches through another server's address.
    pub async fn neighbour(&self, server: &Store) -> City {
        let data = tempfile::tempdir().expect("a temporary folder");
        let store = self.store.reached_through(server, self.data.path(), data.path());
        let process = serve(&store, data.path(), &self.options);
        let city = City { url: process.url.clone(), data, store, options: self.options.clone(), process, _database: None, http: client() };
        city.until_ready().await;
        city
    }

    /// How many processes listen for each other's commits on the city's database, as its server sees them.
    ///
    /// # Panics
    /// When the database is embedded.
    #[must_use]
    pub fn bells(&self, server: &Store) -> usize {
        self.store.listeners(server)
    }

    /// Lets none of the city's files grow beyond a size, as on a full disk, or lets them grow again.
    ///
    /// # Panics
    /// When `prlimit` cannot do so.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let process = self.process_id().to_string();
        run(Command::new("prlimit").args(["--pid", &process, &format!("--fsize={limit}:unlimited")]));
    }

    /// The process, for measuring.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// A token of a demo persona, as `turkistan token` prints it.
    #[must_use]
    pub fn token(&self, persona: &str) -> String {
        let mut command = Command::new(binary());
        command.args(["token", persona, "--data-dir"]).arg(self.data.path()).args(self.store.arguments());
        run(&mut command)
    }

    /// What `turkistan audit verify` says of the city's log.
    ///
    /// # Panics
    /// When the program cannot be started.
    #[must_use]
    pub fn audit(&self) -> Output {
        let mut command = Command::new(binary());
        command.args(["audit", "verify", "--data-dir"]).arg(self.data.path()).args(self.store.arguments());
        command.output().expect("turkistan audit")
    }

    /// What `turkistan doctor` says of the city, with these arguments.
    #[must_use]
    pub fn doctor(&self, arguments: &[String]) -> String {
        let mut command = Command::new(binary());
        command.args(["doctor", "--data-dir"]).arg(self.data.path()).args(self.store.arguments()).args(arguments);
        run(&mut command)
    }

    /// Asks the graph, in English, with or without a token.
    ///
    /// # Panics
    /// When the city does not answer.
    pub async fn ask(&self, token: Option<&str>, query: &str, variables: serde_json::Value) -> Answer {
        self.try_ask(token, query, variables).await.expect("the city answers")
    }

    /// Asks the graph; `None` when the city is gone.
    pub async fn try_ask(&self, token: Option<&str>, query: &str, variables: serde_json::Value) -> Option<Answer> {
        self.ask_in("en", token, query, variables).await
    }

    /// Asks the graph in a language.
    pub async fn ask_in(&self, language: &str, token: Option<&str>, query: &str, variables: serde_json::Value) -> Option<Answer> {
        let request = self
            .http
            .post(format!("{}/graphql", self.url))
            .header("Accept-Language", language)
            .json(&serde_json::json!({ "query": query, "variables": variables }));
        send(if let Some(token) = token { request.bearer_auth(token) } else { request }).await
    }

    /// Asks the graph for an answer of a media type; `None` when the city is gone.
    pub async fn ask_as(&self, media: &str, query: &str, variables: serde_json::Value) -> Option<Answer> {
        let request = self.http.post(format!("{}/graphql", self.url)).header("Accept-Language", "en").header("Accept", media);
        send(request.json(&serde_json::json!({ "query": query, "variables": variables }))).await
    }

    /// The status of a page, e.g. `/health/live`.
    ///
    /// # Panics
    /// When the city does not answer.
    pub async fn status(&self, path: &str) -> u16 {
        self.http.get(format!("{}{path}", self.url)).send().await.expect("the city answers").status().as_u16()
    }
    /// The value of a metric, summed over its labels.
    pub async fn metric(&self, name: &str) -> f64 {
        self.measure(|series| series.split('{').next() == Some(name)).await
    }

    /// How many jobs there are and were since this process started: what an act that is refused leaves as it is.
    pub async fn jobs(&self) -> f64 {
        let mut sum = 0.0;
        for name in ["waiting", "later", "leased", "done_total"] {
            sum += self.metric(&format!("turkistan_jobs_{name}")).await;
        }
        sum
    }

    /// Waits until the runner has nothing to do now: no job is due or leased for ten looks.
    pub async fn idle(&self) {
        let quiet = std::cell::Cell::new(0);
        eventually("the city is idle", || async {
            let work = self.metric("turkistan_jobs_waiting").await + self.metric("turkistan_jobs_leased").await;
            quiet.set(if work == 0.0 { quiet.get() + 1 } else { 0 });
            (quiet.get() > 10).then_some(())
        })
        .await;
    }

    async fn measure(&self, is_meant: impl Fn(&str) -> bool) -> f64 {
        let text = self.http.get(format!("{}/metrics", self.url)).send().await.expect("metrics").text().await.expect("metrics are text");
        let series = text.lines().filter_map(|line| line.rsplit_once(' ')).filter(|(series, _)| is_meant(series));
        series.filter_map(|(_, value)| value.parse::<f64>().ok()).sum()
    }
}

impl City {
    /// Starts a worker on the city's database, apart from the process that serves.
    #[must_use]
    pub fn worker(&self) -> Worker {
        let mut command = Command::new(binary());
        command.args(["worker", "--data-dir"]).arg(self.data.path()).args(self.store.arguments()).args(self.options.mail());
        Worker(command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().expect("turkistan worker"))
    }
}

/// A process that performs jobs; it ends with the test.
pub struct Worker(std::process::Child);

impl Worker {
    /// Kills it as a power cut would.
    pub fn kill(&mut self) {
        // It may be dead already.
        drop(self.0.kill());
        drop(self.0.wait());
    }

    /// Whether it has ended.
    pub fn is_dead(&mut self) -> bool {
        self.0.try_wait().is_ok_and(|ended| ended.is_some())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn send(request: reqwest::RequestBuilder) -> Option<Answer> {
    let response = request.send().await.ok()?;
    let headers = response.headers().clone();
    let status = response.status().as_u16();
    Some(Answer { status, headers, body: response.json().await.ok()? })
}

fn serve(store: &Store, data: &Path, options: &Options) -> Process {
    let mut command = if options.disk_fills {
        // The signal for a file that is too large would end the process; what is to be seen is the error.
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(binary());
        shell
    } else {
        Command::new(binary())
    };
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data).args(store.arguments()).args(&options.arguments);
    command.args(options.mail());
    Process::start(&mut command, &data.join("test.log"))
}

/// A client that does not take up a connection which the server, after ten seconds without a request, is about to close.
fn client() -> reqwest::Client {
    reqwest::Client::builder().pool_idle_timeout(std::time::Duration::from_secs(5)).build().expect("a client")
}
