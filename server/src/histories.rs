//! Recorded cases run again: by the rules that they were judged by, to prove that the engine still does what it did, and by a draft, to see
//! what it would have changed.

use std::{path::PathBuf, process::ExitCode};

use engine::{History, Simulation, replay};
use kernel::{Clock, Error, Result, SystemClock};
use uuid::Uuid;

use crate::{
    city::{self, City},
    console,
    database::{self, Held},
    settings::Settings,
};

/// How many cases are read at once.
const PAGE: u64 = 1_000;
/// How many differences are printed.
const SHOWN_MAX: usize = 20;

/// `turkistan workflow replay`.
pub(crate) async fn replay_all(settings: &Settings) -> Result<ExitCode> {
    let (city, _held) = open(settings).await?;
    let (mut cases, mut events, mut unknown, mut differences) = (0_usize, 0, 0, Vec::new());
    let library = city.rules.library();
    let mut pages = Pages::of(&city);
    while let Some(histories) = pages.next().await? {
        cases += histories.len();
        for history in &histories {
            if !history.is_whole() {
                unknown += 1;
                continue;
            }
            let replayed = replay(&library, history)?;
            events += replayed.states.len();
            differences.extend(replayed.difference);
        }
    }
    console::say(&format!("{cases} cases, {events} events derived again, {} differences", differences.len()))?;
    if unknown > 0 {
        console::say(&format!("{unknown} cases began before causes were recorded, and cannot be derived"))?;
    }
    for difference in differences.iter().take(SHOWN_MAX) {
        let place = difference.number.map_or_else(|| "now".to_owned(), |number| format!("event {number}"));
        console::say(&format!("{}, {place}: recorded {}, derived {}", difference.case, difference.recorded, difference.derived))?;
    }
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `turkistan workflow simulate`.
pub(crate) async fn simulate(settings: &Settings, draft: &[PathBuf], json: bool) -> Result<ExitCode> {
    let (city, _held) = open(settings).await?;
    let files = draft.iter().map(|path| city::definition_file(path)).collect::<Result<Vec<_>>>()?;
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let today = city.rules.library();
    let draft = today.with(&files).map_err(Error::internal)?;
    let (now, mut simulation) = (SystemClock.now(), Simulation::default());
    let mut pages = Pages::of(&city);
    while let Some(mut histories) = pages.next().await? {
        histories.retain(History::is_whole);
        let parties = pages.parties().await?;
        simulation.add(engine::simulate(&histories, (&today, &draft), &parties, now)?);
    }
    if json {
        console::say(&serde_json::to_string_pretty(&simulation).map_err(Error::internal)?)?;
    } else {
        report(&simulation)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn report(simulation: &Simulation) -> Result<()> {
    for (what, count) in [
        ("cases", simulation.cases),
        ("go to another desk", simulation.desks_changed),
        ("are due on another day", simulation.deadlines_moved),
        ("run out of time, and did not", simulation.breaches_more),
        ("do not run out of time, and did", simulation.breaches_fewer),
        ("have an act refused that happened", simulation.acts_refused),
    ] {
        console::say(&format!("{count:>8}  {what}"))?;
    }
    for (desk, load) in simulation.load.iter().filter(|(_, load)| load.today != load.draft) {
        console::say(&format!("{desk}: {} cases, now {}", load.draft, load.today))?;
    }
    for example in &simulation.examples {
        let course = |course: &engine::Course| {
            let desk = course.desk.as_deref().unwrap_or("nobody");
            format!("{desk}, due {}{}", course.due_on, if course.breached { ", late" } else { "" })
        };
        console::say(&format!("{}: {}; by the draft {}", example.case, course(&example.today), course(&example.draft)))?;
    }
    Ok(())
}

/// Opens an installation whose tables are of this version, by the rules in force.
pub(crate) async fn open(settings: &Settings) -> Result<(City, Held)> {
    let (city, held) = City::open(settings).await?;
    if !database::is_migrated(&city.house.database).await? {
        return Err(Error::internal("the tables are those of another version; run `turkistan migrate`"));
    }
    city.rules.refresh(&city.house.database.reader).await?;
    Ok((city, held))
}

/// The recorded cases of all rooms, some at a time.
struct Pages<'a> {
    city: &'a City,
    room: usize,
    after: Option<Uuid>,
}

impl Pages<'_> {
    fn of(city: &City) -> Pages<'_> {
        Pages { city, room: 0, after: None }
    }

    async fn next(&mut self) -> Result<Option<Vec<History>>> {
        while let Some(room) = self.city.histories.get(self.room) {
            if let Some((histories, last)) = room.page(self.after, PAGE).await? {
                self.after = Some(last);
                return Ok(Some(histories));
            }
            self.room += 1;
            self.after = None;
        }
        Ok(None)
    }

    /// The parties as the room whose cases were read last needs them.
    async fn parties(&self) -> Result<Vec<engine::PartyFacts>> {
        match self.city.histories.get(self.room) {
            Some(room) => room.parties().await,
            None => Ok(Vec::new()),
        }
    }
}
