//! The federation over three small rooms, as a client sees it.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod city;
#[cfg(test)]
mod comparison;
#[cfg(test)]
mod compose;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod joins;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod random;
#[cfg(test)]
mod rooms;
mod silent;
#[cfg(test)]
mod trusted;
#[cfg(test)]
mod view;
#[cfg(test)]
mod world;
