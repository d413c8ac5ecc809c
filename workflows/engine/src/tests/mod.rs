mod deadlines;
mod loading;
mod routing;
mod steps;
