// Links that lead out of the site, files to download, mailto: and tel:. Names and properties are GA4's
// (support.google.com/analytics/answer/9216061). The address behind mailto: is never sent.

import { state } from '../state.js';
import { ownHost } from '../track.js';

export default () => {
  state.clicks.push((target, found) => {
    const link = target.closest('a[href],area[href]');
    if (!link || !link.href || !link.href.split) return;  // an SVG's link has no text there
    const { href, protocol, hostname, pathname } = link;
    const config = state.config;
    const [, extension = ''] = /\.(\w+)$/.exec(pathname) || [];
    const ending = extension.toLowerCase();
    const isFile = config.downloads ? config.downloads.includes(ending) :
      /^(pdf|xlsx?|docx?|txt|rtf|csv|exe|key|pp(s|tx?)|7z|pkg|rar|gz|zip|avi|mov|mp4|mpe?g|wmv|midi?|mp3|wav|wma)$/.test(ending);
    const web = /^http/.test(protocol);
    const name = protocol === 'mailto:' ? 'mailto' : protocol === 'tel:' ? 'tel' :
      web && (isFile || link.hasAttribute('download')) ? 'file_download' :
      web && hostname !== location.hostname && !ownHost(hostname, config.domains) && !ownHost(hostname, config.link_domains) ?
        'outbound' : '';
    if (!name) return;
    const props = name === 'mailto' ? {} : { link_url: href };
    if (name === 'file_download') props.file_extension = ending;
    return found ? { name: found.name, props: { ...props, ...found.props } } : { name, props };
  });
};
