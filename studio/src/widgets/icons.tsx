import type { ReactElement, ReactNode } from "react";

function icon(paths: ReactNode): () => ReactElement {
  return function Icon() {
    return (
      <svg
        className="shrink-0" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor"
        strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false"
      >
        {paths}
      </svg>
    );
  };
}

export const OverviewIcon = icon(<><rect x="2" y="2.5" width="5" height="6" rx="1" /><rect x="9" y="2.5" width="5" height="3.500" rx="1" /><rect x="2" y="10.500" width="5" height="3" rx="1" /><rect x="9" y="8" width="5" height="5.500" rx="1" /></>);
export const AgentsIcon = icon(<><path d="M8 1.800 13.400 5v6L8 14.200 2.600 11V5Z" /><circle cx="8" cy="8" r="2.200" /></>);
export const HealthIcon = icon(<path d="M1.500 8.500h3l1.700-4.500 3 8 1.800-3.500h3.500" />);
export const PluginsIcon = icon(<path d="M6 2v3M10 2v3M4 5h8v3a4 4 0 0 1-8 0ZM8 12v2" />);
export const RunsIcon = icon(<path d="M2.5 4h11M2.5 8h7M2.5 12h9" />);
export const RoomsIcon = icon(<path d="M8 1.800 13.400 5v6L8 14.200 2.600 11V5Z" />);
export const LogsIcon = icon(<><rect x="2" y="2.5" width="12" height="11" rx="2" /><path d="M5 6h2M5 9.5h6" /></>);
export const SearchIcon = icon(<><circle cx="7" cy="7" r="4.5" /><path d="m10.5 10.5 3 3" /></>);
export const CloseIcon = icon(<path d="m4 4 8 8M12 4l-8 8" />);
export const LinkIcon = icon(<path d="M6.5 9.5 9.5 6.5M7 4.5l1-1a3 3 0 0 1 4.5 4.5l-1 1M9 11.5l-1 1A3 3 0 0 1 3.5 8l1-1" />);
export const ClockIcon = icon(<><circle cx="8" cy="8" r="6" /><path d="M8 4.5V8l2.5 1.5" /></>);
export const SunIcon = icon(<><circle cx="8" cy="8" r="3" /><path d="M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.400 3.400l.7.7M11.900 11.900l.7.7M3.400 12.600l.7-.7M11.900 4.100l.7-.7" /></>);
export const MoonIcon = icon(<path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5Z" />);
export const ScreenIcon = icon(<><rect x="2" y="3" width="12" height="8" rx="1.5" /><path d="M6 13.5h4" /></>);
export const KeyboardIcon = icon(<><rect x="1.5" y="4" width="13" height="8" rx="1.5" /><path d="M4.5 7h.01M7 7h.01M9.5 7h.01M12 7h.01M5 9.5h6" /></>);
export const LeftIcon = icon(<path d="m9.5 4-4 4 4 4" />);
export const RightIcon = icon(<path d="m6.5 4 4 4-4 4" />);
export const DownIcon = icon(<path d="m4 6.5 4 4 4-4" />);
export const PauseIcon = icon(<path d="M5.5 4v8M10.5 4v8" />);
export const PlayIcon = icon(<path d="m5 3.5 7 4.5-7 4.5Z" />);
export const CopyIcon = icon(<><rect x="5.5" y="5.5" width="8" height="8" rx="1.5" /><path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" /></>);
export const AlertIcon = icon(<><path d="M8 2 1.5 13.5h13Z" /><path d="M8 6.5v3M8 11.5h.01" /></>);
export const ProjectIcon = icon(<path d="M2 12.5a6 6 0 0 1 12 0ZM8 12.5V6.600M8 12.5 4 8.300M8 12.5l4-4.200" />);
export const UsageIcon = icon(<path d="M3 13V8.500M6.300 13V3M9.700 13V6.500M13 13v-3" />);
export const SettingsIcon = icon(<><path d="M2.500 5h6M12 5h1.500M2.500 11H4M7.500 11h6" /><circle cx="10.300" cy="5" r="1.700" /><circle cx="5.700" cy="11" r="1.700" /></>);
export const PeopleIcon = icon(<><circle cx="6" cy="5.500" r="2.500" /><path d="M1.500 13a4.500 4.500 0 0 1 9 0M10.500 3.200a2.500 2.500 0 0 1 0 4.600M12 9.300a4.500 4.500 0 0 1 2.500 3.700" /></>);
export const RepeatIcon = icon(<path d="M3 8a5 5 0 0 1 8.500-3.500L13 6M13 2.500V6H9.500M13 8a5 5 0 0 1-8.500 3.500L3 10M3 13.500V10h3.500" />);
export const DownloadIcon = icon(<path d="M8 2.500v7.500M5 7l3 3 3-3M2.500 13h11" />);
export const FilterIcon = icon(<path d="M2.500 4h11M4.500 8h7M6.500 12h3" />);
export const SessionsIcon = icon(<path d="M4 2.500h5A1.500 1.500 0 0 1 10.500 4v3A1.500 1.500 0 0 1 9 8.500H6.200L3.500 10.500V8.400A1.500 1.500 0 0 1 2.500 7V4A1.500 1.500 0 0 1 4 2.500ZM12.800 6.600a1.500 1.500 0 0 1 .7 1.300v2.600a1.500 1.500 0 0 1-1 1.400v1.900l-2.300-1.800H7.800" />);
export const BookmarkIcon = icon(<path d="M4.500 2.500h7v11L8 10.700 4.500 13.500Z" />);
export const PlusIcon = icon(<path d="M8 3.500v9M3.500 8h9" />);
export const MinusIcon = icon(<path d="M3.500 8h9" />);
export const WiderIcon = icon(<path d="M6 4 2.500 8 6 12M10 4l3.500 4-3.500 4M2.500 8h11" />);
