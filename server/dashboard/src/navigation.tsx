// The current view, and the way to another one: every step is an entry in the browser's history.
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { kStart, parseView, viewAddress, type View } from './route.ts';

export interface Navigation { view: View; go(to: View): void }

const NavigationContext = createContext<Navigation>({ view: kStart, go: () => undefined });

export function useNavigation(): Navigation {
  return useContext(NavigationContext);
}

export function NavigationProvider({ children }: { children: ComponentChildren }) {
  const [view, setView] = useState<View>(() => parseView(location.search));
  useEffect(() => {
    const back = () => setView(parseView(location.search));
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, []);
  const navigation = useMemo<Navigation>(() => ({
    view,
    go: (to) => {
      const address = viewAddress(to);
      if (address !== location.pathname + location.search) history.pushState(null, '', address);
      setView(to);
    },
  }), [view]);
  return <NavigationContext.Provider value={navigation}>{children}</NavigationContext.Provider>;
}

interface LinkProps { to: View; class?: string; current?: boolean; title?: string; children: ComponentChildren }

/** A link to a view: a real address, so that it can be copied and opened elsewhere. */
export function Link({ to, class: className, current, title, children }: LinkProps) {
  const { view, go } = useNavigation();
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
    if (to.page !== view.page) scrollTo(0, 0);
  };
  return (
    <a href={viewAddress(to)} class={className} title={title} aria-current={current ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  );
}
