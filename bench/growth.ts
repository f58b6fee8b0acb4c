import { firstSeconds, type Run, sizesOf } from "./report";
import type { Way } from "./ways";

/** How the time to build a mesh grows: seconds are `factor` times the number of clusters to the power of `exponent`. */
export interface Growth {
  readonly factor: number;
  readonly exponent: number;
}

/** Of small meshes most is what every run takes, however many clusters there are, which says nothing of large ones. */
const LARGEST_SIZES = 3;

/**
 * The power law that is closest to the medians of the largest sizes, by least squares of the logarithms; nothing for less
 * than two sizes.
 */
export function growthOf(runs: readonly Run[], way: Way): Growth | undefined {
  const points = sizesOf(runs)
    .flatMap((clusters) => {
      const seconds = firstSeconds(runs, way, clusters);
      return seconds === undefined ? [] : [{ x: Math.log(clusters), y: Math.log(seconds) }];
    })
    .slice(-LARGEST_SIZES);
  if (points.length < 2) return undefined;
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  const exponent = mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) ** 2);
  return { factor: Math.exp(y - exponent * x), exponent };
}

/** Seconds that a mesh of a size takes if it goes on like that. */
export function secondsAt({ factor, exponent }: Growth, clusters: number): number {
  return factor * clusters ** exponent;
}
