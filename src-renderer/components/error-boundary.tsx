import Button from '@mui/material/Button';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { say } from '../texts/say.ts';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
  /** When this changes, what broke is tried again. */
  readonly resetKey: string;
}

interface ErrorBoundaryState {
  readonly error: Error | null;
  readonly resetKey: string;
}

/** Catches what a view throws while drawing; the frame around it keeps working. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: null, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: unknown): Partial<ErrorBoundaryState> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps(
    props: ErrorBoundaryProps,
    state: ErrorBoundaryState,
  ): ErrorBoundaryState | null {
    return props.resetKey === state.resetKey ? null : { error: null, resetKey: props.resetKey };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div role="alert" style={{ padding: 32, maxWidth: '72ch', overflow: 'auto', height: '100%' }}>
        <h1>{say('This view stopped working')}</h1>
        <p style={{ margin: '8px 0 16px' }}>
          {say(
            'A defect of the workbench: «{message}». Your data and runs are stored and untouched. Open the view again, or go to another one.',
            { message: error.message },
          )}
        </p>
        <Button
          variant="contained"
          onClick={() => {
            this.setState({ error: null });
          }}
        >
          {say('Open it again')}
        </Button>
        <details style={{ marginTop: 16 }}>
          <summary>{say('For a report')}</summary>
          <pre style={{ whiteSpace: 'pre-wrap', fontSize: 12 }}>{error.stack}</pre>
        </details>
      </div>
    );
  }
}
