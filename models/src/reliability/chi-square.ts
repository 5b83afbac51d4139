/**
 * Mean of the Poisson distribution whose chance of at most `count` events is `1 − confidence`: the most failures one has to reckon with
 * after `count` were seen, by the confidence. Half the chi-square quantile of 2·count + 2 degrees of freedom, whose distribution is this sum.
 */
export function poissonUpper(count: number, confidence: number): number {
  const sought = 1 - confidence
  let low = 0
  let high = count + 20 + 10 * Math.sqrt(count + 1)
  for (let step = 0; step < 200 && high - low > 1e-12 * high; step++) {
    const middle = (low + high) / 2
    if (atMost(count, middle) > sought) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Chance of at most `count` events where `mean` are to be expected; terms by their logarithm, so that large means do not vanish. */
function atMost(count: number, mean: number): number {
  let logTerm = -mean
  let sum = Math.exp(logTerm)
  for (let n = 1; n <= count; n++) {
    logTerm += Math.log(mean / n)
    sum += Math.exp(logTerm)
  }
  return sum
}
