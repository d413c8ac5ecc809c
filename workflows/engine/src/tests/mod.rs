mod deadlines;
mod routing;
