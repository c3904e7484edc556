// Loaded before the command line: the clock begins at another hour, and goes on from there.
const RealDate = Date;
const shiftMs = RealDate.parse(process.env.REPORT_KIT_TEST_NOW) - RealDate.now();

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shiftMs);
    else super(...args);
  }
  static now() {
    return RealDate.now() + shiftMs;
  }
};
