/** The order in which something was asked for, whatever the order of the answers. */
export interface Turns {
  take: () => number;
  /** Whether nothing that was asked for later has been answered yet. */
  accept: (turn: number) => boolean;
}

export function createTurns(): Turns {
  let taken = 0;
  let accepted = 0;
  return {
    take: () => (taken += 1),
    accept: (turn) => {
      if (turn < accepted) return false;
      accepted = turn;
      return true;
    },
  };
}
