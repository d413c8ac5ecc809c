mod deadlines;
mod histories;
mod loading;
mod routing;
mod steps;
