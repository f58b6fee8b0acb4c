import { firstSeconds, median, type Run, sizesOf, waysOf } from "./report";
import { TITLES, type Way } from "./ways";

const WIDTH = 900;
const HEIGHT = 420;

/** Two charts beside each other, as SVG: what a mesh takes to be built by its size, and what its state is. */
export async function plotOf(runs: readonly Run[]): Promise<string> {
  // Loaded where it is needed: no other command draws anything.
  const { init } = await import("echarts");
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  chart.setOption({
    animation: false,
    legend: { bottom: 0 },
    grid: [
      { left: 60, right: "54%", top: 50, bottom: 80 },
      { left: "54%", right: 20, top: 50, bottom: 80 },
    ],
    title: [
      { text: "first up, seconds", left: 60, textStyle: { fontSize: 14 } },
      { text: "state, KB of text", left: "54%", textStyle: { fontSize: 14 } },
    ],
    xAxis: [0, 1].map((gridIndex) => ({
      type: "value",
      name: "clusters",
      nameLocation: "middle",
      nameGap: 28,
      gridIndex,
    })),
    yAxis: [0, 1].map((gridIndex) => ({ type: "value", gridIndex })),
    series: waysOf(runs).flatMap((way) => [
      lineOf(
        way,
        0,
        pointsOf(runs, (clusters) => firstSeconds(runs, way, clusters)),
      ),
      lineOf(
        way,
        1,
        pointsOf(runs, (clusters) => stateKilobytes(runs, way, clusters)),
      ),
    ]),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

type Point = [clusters: number, value: number];

function lineOf(way: Way, axis: 0 | 1, data: Point[]) {
  return { type: "line" as const, name: TITLES[way], xAxisIndex: axis, yAxisIndex: axis, data };
}

function pointsOf(runs: readonly Run[], valueAt: (clusters: number) => number | undefined): Point[] {
  return sizesOf(runs).flatMap((clusters): Point[] => {
    const value = valueAt(clusters);
    return value === undefined ? [] : [[clusters, Number(value.toFixed(1))]];
  });
}

function stateKilobytes(runs: readonly Run[], way: Way, clusters: number): number | undefined {
  const sizes = runs
    .filter((run) => run.way === way && run.clusters === clusters)
    .flatMap(({ state }) => (state === undefined ? [] : [state.text / 1e3]));
  return sizes.length === 0 ? undefined : median(sizes);
}
