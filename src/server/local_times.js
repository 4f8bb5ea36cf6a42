if (Intl.DateTimeFormat().resolvedOptions().timeZone !== "UTC") {
  const parts = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const format = new Intl.DateTimeFormat("en-GB", { ...parts, timeZoneName: "short" });
  const show = () => {
    // Only moments: a date alone has no zone.
    for (const time of document.querySelectorAll('time[datetime$="Z"]')) {
      const at = new Date(time.dateTime);
      if (!(time.firstChild instanceof Text) || Number.isNaN(at.getTime())) continue;
      const text = format.format(at);
      if (time.firstChild.data !== text) time.firstChild.data = text;
      time.title = `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
    }
  };
  show();
  new MutationObserver(show).observe(document.body, { subtree: true, childList: true, characterData: true });
}
